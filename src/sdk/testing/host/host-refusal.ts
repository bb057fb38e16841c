import type { CallCode } from "../../../domain/execution/job.ts";

/** A capability call that was refused; never leaves the test host as an exception. */
export class HostRefusal extends Error {
  readonly code: CallCode;
  readonly retryAfter: number | undefined;

  constructor(code: CallCode, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
