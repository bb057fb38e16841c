import type { CallCode, CallReply } from "./job.ts";

/** A refused capability call. */
export function callRefused(code: CallCode, message: string, retryAfter?: number): CallReply {
  return { ok: false, error: { code, message, ...(retryAfter === undefined ? {} : { retryAfter }) } };
}
