import type { Principal } from "../domain/account/principal.ts";
import type { World } from "../market/ports.ts";

/** What every handler of the API is handed. */
export interface ApiEnv {
  Variables: {
    readonly world: World;
    readonly requestId: string;
    /** Proven once per request, before the handler. */
    principal: Principal;
    /** The act moved nothing that a plugin is told of. */
    isQuiet?: boolean;
  };
}
