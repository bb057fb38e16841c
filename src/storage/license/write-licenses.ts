import type { License } from "../../domain/license/license.ts";
import { SEAT_TIMES, type SoldTerms, seatCapOf } from "../../domain/license/terms.ts";
import type { TierTerms } from "../../domain/license/tiers.ts";
import type { LicensePatch } from "../../domain/license/transitions.ts";
import { DAY, HOUR } from "../../domain/time.ts";
import type { Change, Issued, LicenseDraft } from "../../market/license/ports.ts";
import { appendEvent, appendWebhook } from "./append-event.ts";
import { adjustRights } from "./entitlements.ts";
import { findLicense } from "./read-licenses.ts";
import { appendRevocation, revocationOf } from "./revocations.ts";

const TRIALS_PER_DAY = 5;
const NOBODY = { hardwareId: null, jkt: null };

// ?7 now, ?14 op, ?15 trial claims as JSON [[kind, hash]]; what was sold follows from ?16
const INSERT_LICENSE = `INSERT INTO licenses (uuid, instance_id, plugin_id, publisher_id, user_id, type, issued_at,
    starts_at, expires_at, max_installs, dev_seats, offline_days, hardware_id, last_op, state, order_id, seat_cap,
    billing_grace_s, duration_s, expiry_basis, renewal_basis, auto_renew, fallback, fallback_until, seat_mode, seat_scope,
    uniqueness, lease_ttl, refresh_s, revive_window, env)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
    iif(?24, ?9, NULL), ?25, ?26, ?27, ?28, ?29, ?30, ?31
  WHERE NOT EXISTS (SELECT 1 FROM licenses y WHERE y.instance_id = ?2 AND y.user_id = ?5 AND y.plugin_id = ?3
      AND y.state <> 'revoked' AND COALESCE(y.grace_until, y.expires_at, ?7 + 1) > ?7)
    AND NOT EXISTS (SELECT 1 FROM trial_claims c, json_each(?15) w WHERE c.plugin_id = ?3
      AND c.subject_kind = json_extract(w.value, '$[0]') AND c.subject_hash = json_extract(w.value, '$[1]'))
    AND (?6 <> 'trial' OR (SELECT COUNT(*) FROM licenses t WHERE t.instance_id = ?2 AND t.type = 'trial'
      AND t.issued_at > ?7 - ${DAY}) < ${TRIALS_PER_DAY})
  RETURNING id`;

export async function issueLicense(db: D1Database, draft: LicenseDraft): Promise<Issued> {
  const { terms, key, now, op, sold } = draft;
  const times = SEAT_TIMES[sold.seatMode];
  const claims = JSON.stringify(draft.claims.map((claim) => [claim.kind, claim.hash]));
  const inserted = db
    .prepare(INSERT_LICENSE)
    .bind(
      draft.uuid,
      Number(draft.instanceId),
      Number(draft.pluginId),
      Number(draft.publisherId),
      draft.userId,
      draft.type,
      now,
      draft.startsAt,
      draft.expiresAt,
      terms.maxInstalls ?? -1,
      terms.devSeats,
      terms.offlineDays,
      draft.hardwareId,
      op,
      claims,
      draft.state,
      draft.orderId,
      seatCapOf(terms.maxInstalls, sold.overage),
      terms.billingGraceSeconds,
      sold.durationSeconds,
      sold.expiryBasis,
      sold.renewalBasis,
      sold.autoRenew ? 1 : 0,
      sold.fallback ? 1 : 0,
      sold.seatMode,
      sold.seatScope,
      sold.uniqueness,
      times.leaseTtl,
      times.refreshSeconds,
      times.reviveWindow,
      draft.isTest ? "test" : "live",
    );
  const [license] = await db.batch<{ id: number }>([
    inserted,
    db
      .prepare(
        `INSERT INTO license_keys (key_hash, license_id, kind, pepper_v, hint, sealed, state)
        SELECT ?2, l.id, ?3, ?6, ?4, ?5, 'current' FROM licenses l WHERE l.uuid = ?1`,
      )
      .bind(draft.uuid, key.hash, key.kind, key.hint, key.sealed, key.pepperV ?? 1),
    ...writeTerms(db, terms, { condition: "l.uuid = ?1", bound: [draft.uuid], isRaise: false }),
    db
      .prepare(
        `INSERT INTO trial_claims (plugin_id, subject_kind, subject_hash, license_id)
        SELECT l.plugin_id, json_extract(w.value, '$[0]'), json_extract(w.value, '$[1]'), l.id
        FROM licenses l, json_each(?2) w WHERE l.uuid = ?1`,
      )
      .bind(draft.uuid, claims),
    appendEvent(db, "l.uuid = ?1", draft.uuid, "license.created", draft.actor, op, { type: draft.type }, now),
    ...(draft.type === "trial"
      ? [appendEvent(db, "l.uuid = ?1", draft.uuid, "trial.started", draft.actor, op, {}, now)]
      : []),
    // The host takes what it is told of for active: of a license that is not paid it learns with the payment.
    ...(draft.state === "pending"
      ? []
      : [appendWebhook(db, "l.uuid = ?1", draft.uuid, "license.updated", op, draft.webhookNotBefore, now)]),
  ]);
  const licenseId = license?.results[0]?.id;
  return licenseId === undefined ? explainIssue(db, draft, claims) : { kind: "issued", licenseId: String(licenseId) };
}

async function explainIssue(db: D1Database, draft: LicenseDraft, claims: string): Promise<Issued> {
  const row = await db
    .prepare(
      `SELECT (SELECT y.id FROM licenses y WHERE y.instance_id = ?1 AND y.user_id = ?2 AND y.plugin_id = ?3
          AND y.state <> 'revoked' AND COALESCE(y.grace_until, y.expires_at, ?4 + 1) > ?4 LIMIT 1) AS existing,
        EXISTS (SELECT 1 FROM trial_claims c, json_each(?5) w WHERE c.plugin_id = ?3
          AND c.subject_kind = json_extract(w.value, '$[0]') AND c.subject_hash = json_extract(w.value, '$[1]')) AS claimed,
        (SELECT COUNT(*) FROM licenses t WHERE t.instance_id = ?1 AND t.type = 'trial' AND t.issued_at > ?4 - ${DAY})
          >= ${TRIALS_PER_DAY} AS spent`,
    )
    .bind(Number(draft.instanceId), draft.userId, Number(draft.pluginId), draft.now, claims)
    .first<{ existing: number | null; claimed: number; spent: number }>();
  if (row?.existing) {
    const facts = await findLicense(db, { licenseId: String(row.existing) }, NOBODY, draft.now);
    if (facts !== null) return { kind: "already_licensed", facts };
  }
  if (row?.claimed) return { kind: "trial_used" };
  return row?.spent && draft.type === "trial" ? { kind: "trial_budget" } : { kind: "changed" };
}

/** One change of state, term or plan with its event and webhook; false when the license moved since it was read. */
export async function changeLicense(db: D1Database, change: Change): Promise<boolean> {
  const { license, patch, op, now } = change;
  const id = Number(license.id);
  const { assignments, values } = assignmentsOf(license, patch);
  const isRevoked = patch.state === "revoked";
  const hostEvent = hostEventOf(license, patch);
  const mine = "l.id = ?1 AND l.last_op = ?2";
  const [updated] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE licenses SET ${assignments.map((column, at) => `${column} = ?${at + 4}`).join(", ")}${assignments.length > 0 ? ", " : ""}
          rev = rev + 1, epoch = epoch + ${patch.isLeaseVisible ? 1 : 0}, last_op = ?3 WHERE id = ?1 AND rev = ?2
            ${conflictsOf(license, patch, now)
              .map(({ sql }) => `AND NOT ${sql}`)
              .join(" ")} RETURNING id`,
      )
      .bind(id, license.rev, op, ...values),
    ...(patch.terms === undefined ? [] : replaceTerms(db, patch.terms, id, op, patch.isRaise === true)),
    ...adjustRights(db, patch, id, op),
    ...(patch.releaseSeats === undefined
      ? []
      : [
          db
            .prepare(
              `UPDATE activations SET released_at = ?3, release_reason = ?4, last_op = ?2
              WHERE license_id = ?1 AND released_at IS NULL
                AND EXISTS (SELECT 1 FROM licenses l WHERE ${mine})`,
            )
            .bind(id, op, now, patch.releaseSeats),
        ]),
    ...(isRevoked || patch.state === "suspended"
      ? [
          db
            .prepare(
              `UPDATE download_tokens SET used_at = ?3 WHERE license_id = ?1 AND used_at IS NULL AND expires_at > ?3
                AND EXISTS (SELECT 1 FROM licenses l WHERE ${mine})`,
            )
            .bind(id, op, now),
        ]
      : []),
    ...(isRevoked ? [eraseKeysLater(db, id, op, now)] : []),
    ...(patch.isLeaseVisible ? [listChange(db, license.id, patch, op, now)] : []),
    appendEvent(db, "l.id = ?1 AND l.last_op = ?5", id, change.kind, change.actor, op, change.data, now),
    ...(patch.terms === undefined ? [] : [appendOversubscribed(db, id, op, now)]),
    ...(hostEvent === null ? [] : [appendWebhook(db, "l.id = ?1", id, hostEvent, op, now, now)]),
  ]);
  return updated?.results.length === 1;
}

/** What the host is told; of a license that never came to life it was told nothing. */
function hostEventOf(
  { state }: License,
  patch: LicensePatch,
): "license.created" | "license.updated" | "license.revoked" | null {
  if (state === "pending") return patch.state === "active" ? "license.created" : null;
  return patch.state === "revoked" ? "license.revoked" : "license.updated";
}

/** More devices live than the new plan has seats for: none of them is cut. */
function appendOversubscribed(db: D1Database, id: number, op: string, now: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO license_events (license_id, seq, at, kind, actor, op, data)
      SELECT s.id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = s.id),
        CAST(?3 AS INTEGER), 'license.oversubscribed', 'system', ?2, json_object('live', s.live, 'cap', s.seat_cap)
      FROM (SELECT l.id, l.seat_cap, (SELECT COUNT(*) FROM activations a WHERE a.license_id = l.id
          AND a.released_at IS NULL AND a.seat_class = 'paid' AND a.lease_until > ?3) AS live
        FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2 AND l.seat_scope = 'license' AND l.seat_cap <> -1) s
      WHERE s.live > s.seat_cap`,
    )
    .bind(id, op, now);
}

const REVOKED_KEYS_KEPT = 30 * DAY;

/** The sealed texts of a revoked license's keys go after 30 days. */
function eraseKeysLater(db: D1Database, id: number, op: string, now: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE license_keys SET erase_at = MIN(COALESCE(erase_at, ?3), ?3) WHERE license_id = ?1
        AND EXISTS (SELECT 1 FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2)`,
    )
    .bind(id, op, now + REVOKED_KEYS_KEPT);
}

/** Every epoch + 1 stands on the revocation list. */
function listChange(
  db: D1Database,
  licenseId: string,
  patch: LicensePatch,
  op: string,
  now: number,
): D1PreparedStatement {
  const { what, reason } = revocationOf(patch);
  return appendRevocation(db, "lic", licenseId, what, reason, op, now);
}

export async function touchLicense(db: D1Database, licenseId: string, now: number): Promise<void> {
  await db
    .prepare("UPDATE licenses SET last_verified_at = ?2 WHERE id = ?1 AND COALESCE(last_verified_at, 0) <= ?3")
    .bind(Number(licenseId), now, now - HOUR)
    .run();
}

export async function noteKeysOpened(db: D1Database, instanceId: string, now: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
      SELECT ?2, 'instance', ?1, 'license.keys_opened', 'instance', ?1
      WHERE NOT EXISTS (SELECT 1 FROM audit WHERE subject_kind = 'instance' AND subject_id = ?1
        AND action = 'license.keys_opened' AND at > ?3)`,
    )
    .bind(instanceId, now, now - DAY)
    .run();
}

/** Higher limits survive a raise; everything else takes the plan's. */
function writeTerms(
  db: D1Database,
  terms: TierTerms,
  of: { readonly condition: string; readonly bound: readonly (string | number)[]; readonly isRaise: boolean },
): D1PreparedStatement[] {
  const limits = [
    ["apiCalls", terms.apiCalls ?? -1],
    ["storage", terms.storageMb ?? -1],
    ["users", terms.users ?? -1],
  ];
  const last = `?${of.bound.length + 1}`;
  const higher = "iif(cap = -1 OR excluded.cap = -1, -1, MAX(cap, excluded.cap))";
  return [
    db
      .prepare(
        `INSERT INTO license_limits (license_id, metric, cap)
        SELECT l.id, json_extract(w.value, '$[0]'), json_extract(w.value, '$[1]')
        FROM licenses l, json_each(${last}) w WHERE ${of.condition}
        ON CONFLICT (license_id, metric) DO UPDATE SET cap = ${of.isRaise ? higher : "excluded.cap"}`,
      )
      .bind(...of.bound, JSON.stringify(limits)),
    db
      .prepare(
        `INSERT INTO license_entitlements (license_id, code, source)
        SELECT l.id, w.value, 'tier' FROM licenses l, json_each(${last}) w WHERE ${of.condition}
        ON CONFLICT (license_id, code) DO NOTHING`,
      )
      .bind(...of.bound, JSON.stringify(terms.features)),
  ];
}

function replaceTerms(
  db: D1Database,
  terms: TierTerms,
  id: number,
  op: string,
  isRaise: boolean,
): D1PreparedStatement[] {
  const condition = "l.id = ?1 AND l.last_op = ?2";
  return [
    db
      .prepare(
        `DELETE FROM license_entitlements WHERE source = 'tier' AND license_id = ?1
          AND EXISTS (SELECT 1 FROM licenses l WHERE ${condition})`,
      )
      .bind(id, op),
    ...writeTerms(db, terms, { condition, bound: [id, op], isRaise }),
  ];
}

const LIVE = "a.released_at IS NULL AND a.lease_until >";

/**
 * What the rows of a license may contradict in a new plan. The conditions speak of the license alone and stand both in the
 * question and in the write, so that no device slips in between.
 */
function conflictsOf(
  { id, uniqueness, seatScope, seatMode, pluginId }: License,
  { sold, terms }: LicensePatch,
  now: number,
): { readonly why: string; readonly sql: string }[] {
  if (sold === undefined) return [];
  const cap = terms?.maxInstalls ?? null;
  // Numbers of ours, never text of a caller.
  const [license, plugin, at] = [Number(id), Number(pluginId), Math.floor(now)];
  const crowded =
    cap === null
      ? "(1 = 0)"
      : `((SELECT COUNT(*) FROM activations a WHERE a.license_id = ${license} AND a.seat_class = 'paid' AND ${LIVE} ${at}) > ${Math.floor(cap)})`;
  return [
    {
      isAsked: sold.uniqueness === "plugin" && uniqueness === "license",
      why: "uniqueness",
      sql: `EXISTS (SELECT 1 FROM activations a JOIN activations o ON o.hardware_id = a.hardware_id AND o.license_id <> a.license_id
        JOIN licenses y ON y.id = o.license_id WHERE a.license_id = ${license} AND ${LIVE} ${at}
          AND y.plugin_id = ${plugin} AND o.released_at IS NULL AND o.lease_until > ${at})`,
    },
    { isAsked: sold.seatScope === "license" && seatScope === "user", why: "seatScope", sql: crowded },
    { isAsked: sold.seatMode === "node" && seatMode === "floating", why: "seatMode", sql: crowded },
  ].filter(({ isAsked }) => isAsked);
}

export async function planConflict(
  db: D1Database,
  license: License,
  patch: LicensePatch,
  now: number,
): Promise<string | null> {
  for (const { why, sql } of conflictsOf(license, patch, now))
    if ((await db.prepare(`SELECT ${sql} AS hit`).first<number>("hit")) === 1) return why;
  return null;
}

export async function findByOrder(db: D1Database, orderId: string): Promise<string | null> {
  const found = await db
    .prepare("SELECT id FROM licenses WHERE order_id = ?1 ORDER BY id DESC LIMIT 1")
    .bind(orderId)
    .first<number>("id");
  return found === null ? null : String(found);
}

type Value = string | number | null;

function assignmentsOf(license: License, patch: LicensePatch): { assignments: string[]; values: Value[] } {
  const { sold, terms, pendingChange } = patch;
  const columns: [string, Value | undefined][] = [
    ["state", patch.state],
    ["state_reason", patch.stateReason],
    ["user_id", patch.userId],
    ["type", patch.type],
    ["starts_at", patch.startsAt],
    ["expires_at", patch.expiresAt],
    ["grace_until", patch.graceUntil],
    ["fallback_until", patch.fallbackUntil],
    ["hardware_id", patch.hardwareId],
    ["order_id", patch.orderId],
    ["auto_renew", flag(patch.autoRenew ?? sold?.autoRenew)],
    ["cancel_at", patch.cancelAt],
    ["suspended_at", patch.suspendedAt],
    ["trial_extended", flag(patch.isTrialExtended)],
    ["shrink_at", patch.shrinkAt],
    ["pending_change", pendingChange && JSON.stringify(pendingChange)],
    ...(terms === undefined ? [] : seatsOf(license, patch, terms)),
    ...(sold === undefined ? [] : soldColumns(sold)),
  ];
  const set = columns.filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return { assignments: set.map(([column]) => column), values: set.map(([, value]) => value) };
}

function seatsOf(license: License, { sold, isRaise }: LicensePatch, terms: TierTerms): [string, Value][] {
  const { maxInstalls: before, seatCap } = license;
  const overage = sold?.overage ?? (before === null || before === 0 || seatCap === null ? 1 : seatCap / before);
  const isKept = isRaise === true && terms.maxInstalls !== null && (before === null || before > terms.maxInstalls);
  const installs = isKept ? before : terms.maxInstalls;
  return [
    ["max_installs", installs ?? -1],
    ["seat_cap", seatCapOf(installs, overage)],
    ["dev_seats", terms.devSeats],
    ["offline_days", terms.offlineDays],
    ["billing_grace_s", terms.billingGraceSeconds],
  ];
}

function soldColumns(sold: Partial<SoldTerms>): [string, Value | undefined][] {
  const times = sold.seatMode === undefined ? undefined : SEAT_TIMES[sold.seatMode];
  return [
    ["renewal_basis", sold.renewalBasis],
    ["fallback", flag(sold.fallback)],
    ["seat_mode", sold.seatMode],
    ["seat_scope", sold.seatScope],
    ["uniqueness", sold.uniqueness],
    ["lease_ttl", times?.leaseTtl],
    ["refresh_s", times?.refreshSeconds],
    ["revive_window", times?.reviveWindow],
  ];
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
