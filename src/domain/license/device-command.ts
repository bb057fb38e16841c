import type { Json } from "../json/json.ts";
import { DAY } from "../time.ts";

/** What a device can be told with its next ping (README, Commands). */
export const COMMAND_TYPES = ["disable_build", "enable_build", "refresh", "update", "message"] as const;
export type CommandType = (typeof COMMAND_TYPES)[number];

/** A command that nobody acknowledges is over after this time. */
export const COMMAND_SECONDS = 7 * DAY;

export interface DeviceCommand {
  readonly activationId: string;
  /** Rises by one per activation; a device runs a command once, if its number is above all it has run. */
  readonly n: number;
  readonly jti: string;
  readonly type: CommandType;
  readonly args: { readonly [name: string]: Json };
  readonly expiresAt: number;
}

/** The claims of a signed command. */
export function commandClaims(issuer: string, command: DeviceCommand, now: number): { readonly [claim: string]: Json } {
  return {
    iss: issuer,
    aud: `rbsm:activation:${command.activationId}`,
    jti: command.jti,
    iat: now,
    nbf: now - 120,
    exp: command.expiresAt,
    v: 1,
    tok: "command",
    n: command.n,
    type: command.type,
    args: command.args,
  };
}
