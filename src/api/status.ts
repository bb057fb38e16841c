import type { AccountReason } from "../domain/account/reasons.ts";
import type { AdvisoryReason } from "../domain/advisory/reasons.ts";
import { BUNDLE_REASONS, type BundleReason } from "../domain/bundle/reasons.ts";
import type { ExecutionReason } from "../domain/execution/reasons.ts";
import { LICENSE_STATUS } from "../domain/license/status.ts";
import type { Reason } from "../domain/reasons.ts";
import type { ReleaseReason } from "../domain/release/reasons.ts";
import type { ResolveReason } from "../domain/resolve/reasons.ts";
import type { SalesReason } from "../domain/sales/reasons.ts";
import { TRUST_REASONS, type TrustReason } from "../domain/trust/reasons.ts";
import type { TufReason } from "../domain/tuf/reasons.ts";
import type { UpdateReason } from "../domain/update/reasons.ts";

const ACCOUNT_STATUS = {
  BODY_INVALID: 400,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  VALIDATION_ERROR: 422,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  URI_INVALID: 400,
  URI_TOO_LONG: 414,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
  AUTHENTICATION_REQUIRED: 401,
  CLOCK_SKEW: 401,
  PERMISSION_DENIED: 403,
  INSTANCE_SUSPENDED: 403,
  token_in_url: 400,
  setup_done: 409,
  email_taken: 409,
  handle_taken: 409,
  url_refused: 422,
  quota_tokens: 429,
  csrf_refused: 403,
  proof_required: 403,
  passkey_refused: 400,
  link_invalid: 404,
  sign_in_refused: 401,
  last_owner: 409,
} as const satisfies Record<AccountReason, number>;

const RELEASE_STATUS = {
  version_exists: 409,
  name_taken: 409,
  name_reserved: 409,
  metadata_mismatch: 422,
  checksum_mismatch: 400,
  plugin_not_found: 404,
  release_not_found: 404,
  state_conflict: 409,
  own_plugin: 403,
  dependency_missing: 409,
  velocity: 429,
  quota_plugins: 429,
  quota_uploads: 429,
  quota_pending: 429,
  quota_hooks: 429,
  quota_reports: 429,
  own_decision: 403,
  appeal_closed: 409,
  check_open: 409,
  domain_unproven: 409,
  build_untrusted: 403,
  blob_unavailable: 503,
  download_not_found: 404,
  download_gone: 410,
  range_not_satisfiable: 416,
  precondition_failed: 412,
  release_blocked: 410,
  release_unlawful: 451,
  review_not_allowed: 403,
  cursor_expired: 410,
} as const satisfies Record<ReleaseReason, number>;

const EXECUTION_STATUS = {
  event_conflict: 409,
  event_signature_invalid: 401,
  installation_not_found: 404,
  execution_not_found: 404,
  execution_not_dead: 409,
  execution_gone: 410,
  hook_unmapped: 422,
  route_not_found: 404,
  plugin_stopped: 503,
  plugin_failed: 502,
  slot_not_found: 404,
  view_invalid: 502,
  view_is_frame: 409,
  ui_ticket_not_found: 404,
  plugin_timeout: 504,
} as const satisfies Record<ExecutionReason, number>;

const RESOLVE_STATUS = {
  resolution_conflict: 409,
  resolution_too_complex: 422,
  locked_release_blocked: 409,
} as const satisfies Record<ResolveReason, number>;

const SALES_STATUS = {
  not_for_sale: 409,
  price_on_request: 409,
  order_open: 409,
  order_state: 409,
  order_limit: 429,
  coupon_refused: 409,
  coupon_exists: 409,
  payment_signature_invalid: 400,
  payment_unavailable: 503,
} as const satisfies Record<SalesReason, number>;

const BUNDLE_STATUS = {
  ...(Object.fromEntries(BUNDLE_REASONS.map((reason) => [reason, 422])) as Record<BundleReason, number>),
  bundle_too_large: 413,
} satisfies Record<BundleReason, number>;

const TRUST_STATUS = {
  ...(Object.fromEntries(TRUST_REASONS.map((reason) => [reason, 422])) as Record<TrustReason, number>),
  statement_stale: 409,
  key_event_stale: 409,
  key_event_refused: 409,
  key_limit: 409,
} satisfies Record<TrustReason, number>;

const TUF_STATUS = {
  tuf_malformed: 422,
  tuf_version: 409,
  tuf_expired: 422,
  tuf_threshold: 422,
  tuf_roles: 422,
  tuf_mixed: 422,
  tuf_unlisted: 404,
} as const satisfies Record<TufReason, number>;

const UPDATE_STATUS = {
  rollout_faster: 403,
  rollout_reason: 422,
  update_answer_differs: 409,
} as const satisfies Record<UpdateReason, number>;

const ADVISORY_STATUS = {
  advisory_incomplete: 409,
  revocations_rollback: 409,
  revocations_stale: 409,
  revocations_unavailable: 503,
} as const satisfies Record<AdvisoryReason, number>;

/** The HTTP status of every refusal. */
export const STATUS: Readonly<Record<Reason, number>> = {
  ...ACCOUNT_STATUS,
  ...BUNDLE_STATUS,
  ...EXECUTION_STATUS,
  ...LICENSE_STATUS,
  ...RELEASE_STATUS,
  ...RESOLVE_STATUS,
  ...SALES_STATUS,
  ...TRUST_STATUS,
  ...TUF_STATUS,
  ...UPDATE_STATUS,
  ...ADVISORY_STATUS,
};
