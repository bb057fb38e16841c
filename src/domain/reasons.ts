import type { ACCOUNT_REASONS } from "./account/reasons.ts";
import type { ADVISORY_REASONS } from "./advisory/reasons.ts";
import type { BUNDLE_REASONS } from "./bundle/reasons.ts";
import type { EXECUTION_REASONS } from "./execution/reasons.ts";
import type { LICENSE_REASONS } from "./license/reasons.ts";
import type { RELEASE_REASONS } from "./release/reasons.ts";
import type { RESOLVE_REASONS } from "./resolve/reasons.ts";
import type { SALES_REASONS } from "./sales/reasons.ts";
import type { TRUST_REASONS } from "./trust/reasons.ts";
import type { TUF_REASONS } from "./tuf/reasons.ts";
import type { UPDATE_REASONS } from "./update/reasons.ts";

/** Every code this product can refuse with. */
export type Reason =
  | (typeof ACCOUNT_REASONS)[number]
  | (typeof BUNDLE_REASONS)[number]
  | (typeof EXECUTION_REASONS)[number]
  | (typeof LICENSE_REASONS)[number]
  | (typeof RELEASE_REASONS)[number]
  | (typeof RESOLVE_REASONS)[number]
  | (typeof SALES_REASONS)[number]
  | (typeof TRUST_REASONS)[number]
  | (typeof TUF_REASONS)[number]
  | (typeof UPDATE_REASONS)[number]
  | (typeof ADVISORY_REASONS)[number];
