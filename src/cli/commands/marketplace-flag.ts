import type { Flag } from "../command.ts";

/** The option every command has that talks to a marketplace. */
export const MARKETPLACE_FLAG = {
  value: "URL",
  summary: "another marketplace than the one of the last login",
} as const satisfies Flag;
