import type { Json } from "./json/json.ts";

/**
 * Why something was refused. `reason` is a stable code from one of the closed lists (`reasons.ts` of each folder);
 * `detail` replaces the general sentence where the host demands an exact text; `facts` are the refusal's own members.
 */
export interface Problem<R extends string = string> {
  readonly reason: R;
  readonly detail?: string;
  readonly facts?: { readonly [name: string]: Json | undefined };
}
