/** The marketplace refused, or did not answer. `code` is stable; `message` is for people and may change. */
export class MarketplaceError extends Error {
  override readonly name = "MarketplaceError";
  /** `NOT_FOUND`, `SEAT_LIMIT`, `signature_invalid` …; `NETWORK_ERROR` and `ANSWER_UNREADABLE` are said here. */
  readonly code: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The refusal's own members, as they were sent. */
  readonly details: { readonly [name: string]: unknown };
  /** Seconds, where the marketplace said when to come back. */
  readonly retryAfter?: number;

  constructor(
    code: string,
    status: number,
    message: string,
    details: { readonly [name: string]: unknown } = {},
    retryAfter?: number,
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}
