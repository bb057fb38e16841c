import type { Activation, Environment, License, StoredState } from "../../domain/license/license.ts";
import type { LicenseLife, PendingChange } from "../../domain/license/terms.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";
import type { SqlRow } from "../sql-row.ts";
import type { activations, licenses } from "./schema.ts";

/** A row of a joined read: columns are prefixed with the table they came from. */
export type Row = { readonly [column: string]: unknown };

const LICENSE_COLUMNS = [
  "id",
  "uuid",
  "instance_id",
  "plugin_id",
  "publisher_id",
  "user_id",
  "type",
  "state",
  "state_reason",
  "issued_at",
  "starts_at",
  "expires_at",
  "grace_until",
  "renewal_basis",
  "fallback",
  "fallback_until",
  "max_installs",
  "seat_cap",
  "dev_seats",
  "uniqueness",
  "seat_mode",
  "seat_scope",
  "drift",
  "lease_ttl",
  "refresh_s",
  "revive_window",
  "offline_days",
  "hardware_id",
  "activation_budget",
  "epoch",
  "rev",
  "last_verified_at",
  "order_id",
  "auto_renew",
  "cancel_at",
  "billing_grace_s",
  "suspended_at",
  "trial_extended",
  "shrink_at",
  "pending_change",
  "expiry_basis",
  "duration_s",
  "env",
] as const satisfies readonly (keyof SqlRow<typeof licenses>)[];

const ACTIVATION_COLUMNS = [
  "id",
  "license_id",
  "instance_id",
  "installation_id",
  "device_id",
  "device_jkt",
  "former_jkt",
  "seal_key",
  "hardware_id",
  "env",
  "origin",
  "label",
  "seat_key",
  "temporary_until",
  "seat_class",
  "over",
  "version",
  "gen",
  "granted_at",
  "lease_iat",
  "lease_until",
  "lease_epoch",
  "jti",
  "prev_jti",
  "last_seen_at",
  "paused_at",
  "released_at",
  "release_reason",
] as const satisfies readonly (keyof SqlRow<typeof activations>)[];

/** `l.id AS l_id, …` of a license joined as `l`. */
export const LICENSE_SELECT = LICENSE_COLUMNS.map((name) => `l.${name} AS l_${name}`).join(", ");
/** `a.id AS a_id, …` of an activation joined as `a`. */
export const ACTIVATION_SELECT = ACTIVATION_COLUMNS.map((name) => `a.${name} AS a_${name}`).join(", ");
/** An instance `i` whose own account is suspended has no more rights than one that is suspended itself. */
export const INSTANCE_STATE = `iif(i.state = 'active' AND (SELECT c.state FROM accounts c WHERE c.id = i.account_id) = 'active',
  'active', 'suspended')`;
/** Live paid seats of `l` at the parameter. */
export function liveSeats(now: string): string {
  return `(SELECT COUNT(*) FROM activations s WHERE s.license_id = l.id AND s.released_at IS NULL
    AND s.seat_class = 'paid' AND s.lease_until > ${now})`;
}
/** Entitlements with their times, and limits of `l`, as JSON texts. */
export const RIGHTS_SELECT = `(SELECT json_group_array(json_array(e.code, e.starts_at, e.ends_at)) FROM license_entitlements e
    WHERE e.license_id = l.id) AS entitlements,
  (SELECT json_group_object(m.metric, m.cap) FROM license_limits m WHERE m.license_id = l.id) AS limits`;

export function licenseOf(row: Row): License {
  return {
    id: id(row, "l_id"),
    uuid: text(row, "l_uuid"),
    instanceId: id(row, "l_instance_id"),
    pluginId: id(row, "l_plugin_id"),
    publisherId: id(row, "l_publisher_id"),
    userId: text(row, "l_user_id"),
    type: text(row, "l_type") as Tier,
    state: text(row, "l_state") as StoredState,
    stateReason: textOrNull(row, "l_state_reason"),
    issuedAt: integer(row, "l_issued_at"),
    startsAt: integer(row, "l_starts_at"),
    expiresAt: integerOrNull(row, "l_expires_at"),
    graceUntil: integerOrNull(row, "l_grace_until"),
    renewalBasis: text(row, "l_renewal_basis") as License["renewalBasis"],
    fallback: integer(row, "l_fallback") === 1,
    fallbackUntil: integerOrNull(row, "l_fallback_until"),
    maxInstalls: cap(row, "l_max_installs"),
    seatCap: cap(row, "l_seat_cap"),
    devSeats: cap(row, "l_dev_seats"),
    uniqueness: text(row, "l_uniqueness") as License["uniqueness"],
    seatMode: text(row, "l_seat_mode") as License["seatMode"],
    seatScope: text(row, "l_seat_scope") as License["seatScope"],
    drift: text(row, "l_drift") as License["drift"],
    leaseTtl: integer(row, "l_lease_ttl"),
    refreshSeconds: integer(row, "l_refresh_s"),
    reviveWindow: integer(row, "l_revive_window"),
    offlineDays: integer(row, "l_offline_days"),
    hardwareId: textOrNull(row, "l_hardware_id"),
    activationBudget: integer(row, "l_activation_budget"),
    epoch: integer(row, "l_epoch"),
    rev: integer(row, "l_rev"),
    lastVerifiedAt: integerOrNull(row, "l_last_verified_at"),
    life: lifeOf(row),
    isTest: row.l_env === "test",
  };
}

function lifeOf(row: Row): LicenseLife {
  const pending = textOrNull(row, "l_pending_change");
  return {
    orderId: textOrNull(row, "l_order_id"),
    autoRenew: integer(row, "l_auto_renew") === 1,
    cancelAt: integerOrNull(row, "l_cancel_at"),
    billingGraceSeconds: integer(row, "l_billing_grace_s"),
    suspendedAt: integerOrNull(row, "l_suspended_at"),
    isTrialExtended: integer(row, "l_trial_extended") === 1,
    shrinkAt: integerOrNull(row, "l_shrink_at"),
    firstTermSeconds:
      text(row, "l_expiry_basis") === "first_activation" && row.l_expires_at === null
        ? integerOrNull(row, "l_duration_s")
        : null,
    pendingChange: pending === null ? null : (JSON.parse(pending) as PendingChange),
  };
}

/** null when nothing was joined. */
export function activationOf(row: Row): Activation | null {
  if (row.a_id === null || row.a_id === undefined) return null;
  return {
    id: text(row, "a_id"),
    licenseId: id(row, "a_license_id"),
    instanceId: id(row, "a_instance_id"),
    installationId: text(row, "a_installation_id"),
    deviceId: text(row, "a_device_id"),
    deviceJkt: textOrNull(row, "a_device_jkt"),
    formerJkt: textOrNull(row, "a_former_jkt"),
    sealKey: textOrNull(row, "a_seal_key"),
    hardwareId: textOrNull(row, "a_hardware_id"),
    environment: text(row, "a_env") as Environment,
    origin: textOrNull(row, "a_origin"),
    label: textOrNull(row, "a_label"),
    seatKey: text(row, "a_seat_key"),
    temporaryUntil: integerOrNull(row, "a_temporary_until"),
    seatClass: text(row, "a_seat_class") as Activation["seatClass"],
    isOver: integer(row, "a_over") === 1,
    version: text(row, "a_version"),
    generation: integer(row, "a_gen"),
    grantedAt: integer(row, "a_granted_at"),
    leaseIat: integer(row, "a_lease_iat"),
    leaseUntil: integer(row, "a_lease_until"),
    leaseEpoch: integer(row, "a_lease_epoch"),
    jti: text(row, "a_jti"),
    previousJti: textOrNull(row, "a_prev_jti"),
    lastSeenAt: integer(row, "a_last_seen_at"),
    pausedAt: integerOrNull(row, "a_paused_at"),
    releasedAt: integerOrNull(row, "a_released_at"),
    releaseReason: textOrNull(row, "a_release_reason"),
  };
}

export function text(row: Row, column: string): string {
  return String(row[column]);
}
export function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : String(value);
}
/** Ids are decimal strings inside. */
export function id(row: Row, column: string): string {
  return String(row[column]);
}
export function integer(row: Row, column: string): number {
  return Number(row[column]);
}
export function integerOrNull(row: Row, column: string): number | null {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value);
}
/** −1 in a column is unlimited. */
function cap(row: Row, column: string): number | null {
  const value = integer(row, column);
  return value === -1 ? null : value;
}
