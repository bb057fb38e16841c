/**
 * Messages between a plugin's frame, the page of ours around it, and the host's page around that (README, Messages).
 * Everything that arrives is `unknown` until it was read here.
 */
export interface CallMessage {
  readonly rbsm: 1;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

export interface Theme {
  readonly mode: "light" | "dark";
  /** Token → CSS color, length or font: `primary`, `background` … */
  readonly tokens: { readonly [name: string]: string };
}

export const THEME_TOKENS = [
  "background",
  "text",
  "card",
  "primary",
  "primary-text",
  "muted",
  "muted-text",
  "border",
  "error",
  "radius",
  "font",
] as const;

export const MAX_FRAME_HEIGHT = 20_000;
export const MAX_MESSAGE_CHARACTERS = 65_536;
/** Calls of one frame within ten seconds, and calls that wait for their answer. */
export const CALLS_PER_TEN_SECONDS = 40;
export const MAX_WAITING_CALLS = 8;

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const PATH = /^(?:\/[A-Za-z0-9._~%-]{1,200}){1,6}(?:\?[A-Za-z0-9._~=&%+-]{0,1000})?$/;

function record(data: unknown): { readonly [name: string]: unknown } | null {
  if (typeof data !== "object" || data === null) return null;
  const { rbsm } = data as { rbsm?: unknown };
  return rbsm === 1 ? (data as { readonly [name: string]: unknown }) : null;
}

/** A wish to call a route; null = anything else. */
export function readCall(data: unknown): CallMessage | null {
  const { id, method, path, body } = record(data) ?? {};
  if (typeof id !== "string" || !/^[A-Za-z0-9-]{1,64}$/.test(id)) return null;
  if (typeof method !== "string" || !METHODS.includes(method)) return null;
  if (typeof path !== "string" || !PATH.test(path)) return null;
  return { rbsm: 1, id, method, path, ...(body === undefined ? {} : { body }) };
}

/** CSS pixels, bounded; null = no such message. */
export function readHeight(data: unknown): number | null {
  const { height } = record(data) ?? {};
  if (typeof height !== "number" || !Number.isFinite(height) || height < 0) return null;
  return Math.min(Math.ceil(height), MAX_FRAME_HEIGHT);
}

/** Whether somebody says that it listens. */
export function isReady(data: unknown): boolean {
  return record(data)?.ready === true;
}

/** Known tokens with harmless values; null = no theme. */
export function readTheme(data: unknown): Theme | null {
  const theme = record(data)?.theme as { mode?: unknown; tokens?: unknown } | undefined;
  if (typeof theme !== "object" || theme === null) return null;
  const given = typeof theme.tokens === "object" && theme.tokens !== null ? theme.tokens : {};
  const tokens: Record<string, string> = {};
  for (const name of THEME_TOKENS) {
    const value: unknown = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : undefined;
    if (typeof value === "string" && /^[#a-zA-Z0-9 .,%()'"-]{1,120}$/.test(value) && !/url|expression/i.test(value))
      tokens[name] = value;
  }
  return { mode: theme.mode === "dark" ? "dark" : "light", tokens };
}
