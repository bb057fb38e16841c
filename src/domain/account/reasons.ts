/** Refusals about callers, requests in general, accounts and instances. */
export const ACCOUNT_REASONS = [
  // any request
  "BODY_INVALID",
  "BODY_TOO_LARGE",
  "MEDIA_TYPE_UNSUPPORTED",
  "VALIDATION_ERROR",
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "URI_INVALID",
  "URI_TOO_LONG",
  "RATE_LIMITED",
  "INTERNAL_ERROR",
  "SERVICE_UNAVAILABLE",
  // who is calling
  "AUTHENTICATION_REQUIRED",
  "CLOCK_SKEW",
  "PERMISSION_DENIED",
  "INSTANCE_SUSPENDED",
  "token_in_url",
  // setting up
  "setup_done",
  "email_taken",
  "handle_taken",
  "url_refused",
  "quota_tokens",
  // signing in
  "csrf_refused",
  "proof_required",
  "passkey_refused",
  "link_invalid",
  "sign_in_refused",
  "last_owner",
] as const;
export type AccountReason = (typeof ACCOUNT_REASONS)[number];
