import { DEVICE_OPERATIONS } from "./account/device-operations.ts";
import { ACCOUNT_OPERATIONS } from "./account/operations.ts";
import { PERSON_OPERATIONS } from "./account/person-operations.ts";
import { RECOVERY_OPERATIONS } from "./account/recovery-operations.ts";
import { ADVISORY_OPERATIONS, REVOCATION_OPERATIONS } from "./advisory/operations.ts";
import { CATALOGUE_OPERATIONS, DELIVERY_OPERATIONS } from "./catalogue/operations.ts";
import { REVIEW_OPERATIONS } from "./catalogue/review-operations.ts";
import { SEARCH_OPERATIONS } from "./catalogue/search-operations.ts";
import { SERIES_OPERATIONS } from "./catalogue/series-operations.ts";
import { CONSENT_OPERATIONS } from "./execution/consent-operations.ts";
import { EXECUTION_OPERATIONS } from "./execution/operations.ts";
import { PING_OPERATIONS } from "./execution/ping-operations.ts";
import { PULL_OPERATIONS, RUN_OPERATIONS } from "./execution/run-operations.ts";
import { SETTINGS_OPERATIONS } from "./execution/settings-operations.ts";
import { UI_OPERATIONS } from "./execution/ui-operations.ts";
import { HOOK_OPERATIONS } from "./hooks/operations.ts";
import { SEAT_OPERATIONS } from "./license/device-operations.ts";
import { KEYSET_OPERATIONS } from "./license/keyset-operations.ts";
import { LIST_OPERATIONS } from "./license/list-operations.ts";
import { OFFLINE_OPERATIONS } from "./license/offline-operations.ts";
import { LICENSE_OPERATIONS } from "./license/operations.ts";
import { SUSPENSION_OPERATIONS } from "./license/suspension-operations.ts";
import { TERM_OPERATIONS } from "./license/term-operations.ts";
import { USAGE_OPERATIONS } from "./license/usage-operations.ts";
import { WEBHOOK_OPERATIONS } from "./license/webhook-operations.ts";
import { MODERATION_OPERATIONS } from "./moderation/operations.ts";
import { OWNERSHIP_OPERATIONS } from "./moderation/ownership-operations.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS_OPERATIONS } from "./operations/operations.ts";
import { DESK_OPERATIONS } from "./publish/desk-operations.ts";
import { LISTING_STATE_OPERATIONS } from "./publish/listing-state-operations.ts";
import { PUBLISH_OPERATIONS } from "./publish/operations.ts";
import { RESOLVE_OPERATIONS } from "./resolve/operations.ts";
import { SALES_OPERATIONS } from "./sales/operations.ts";
import { SERVICE_OPERATIONS } from "./service/operations.ts";
import { SHOWCASE_OPERATIONS } from "./showcase/operations.ts";
import { TUF_OPERATIONS } from "./tuf/operations.ts";
import { UPDATE_OPERATIONS } from "./update/operations.ts";
import { ROLLOUT_OPERATIONS } from "./update/rollout-operations.ts";

/** Every call of the API. */
export const OPERATIONS: readonly Operation[] = Object.values({
  ...SERVICE_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...PERSON_OPERATIONS,
  ...DEVICE_OPERATIONS,
  ...CATALOGUE_OPERATIONS,
  ...SEARCH_OPERATIONS,
  ...SHOWCASE_OPERATIONS,
  ...REVIEW_OPERATIONS,
  ...SERIES_OPERATIONS,
  ...DELIVERY_OPERATIONS,
  ...PUBLISH_OPERATIONS,
  ...RECOVERY_OPERATIONS,
  ...LISTING_STATE_OPERATIONS,
  ...DESK_OPERATIONS,
  ...MODERATION_OPERATIONS,
  ...OWNERSHIP_OPERATIONS,
  ...HOOK_OPERATIONS,
  ...LICENSE_OPERATIONS,
  ...SUSPENSION_OPERATIONS,
  ...TERM_OPERATIONS,
  ...USAGE_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...RESOLVE_OPERATIONS,
  ...SALES_OPERATIONS,
  ...SEAT_OPERATIONS,
  ...LIST_OPERATIONS,
  ...KEYSET_OPERATIONS,
  ...OFFLINE_OPERATIONS,
  ...EXECUTION_OPERATIONS,
  ...RUN_OPERATIONS,
  ...PULL_OPERATIONS,
  ...PING_OPERATIONS,
  ...SETTINGS_OPERATIONS,
  ...UI_OPERATIONS,
  ...CONSENT_OPERATIONS,
  ...TUF_OPERATIONS,
  ...OPERATIONS_OPERATIONS,
  ...UPDATE_OPERATIONS,
  ...ROLLOUT_OPERATIONS,
  ...ADVISORY_OPERATIONS,
  ...REVOCATION_OPERATIONS,
});
