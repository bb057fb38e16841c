import { and, eq, inArray } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { ORGANIZATION_RIGHTS } from "../../domain/account/organization-rights.ts";
import type { Json } from "../../domain/json/json.ts";
import type { InstanceCredential } from "../../market/account/ports.ts";
import { INSTANCE_API_SECRET } from "../../market/account/seal-purposes.ts";
import type {
  ActivationFacts,
  AskedBuild,
  DeviceRef,
  IdempotencyKey,
  LicenseFacts,
  LicenseKeyRow,
  LicenseRef,
  Offer,
  ReleaseFacts,
  Rights,
  StoredReply,
} from "../../market/license/ports.ts";
import { instances } from "../account/schema.ts";
import { plugins } from "../catalogue/schema.ts";
import { RUNNING_PLUGIN_STATE } from "../running-plugin-state.ts";
import {
  ACTIVATION_SELECT,
  activationOf,
  INSTANCE_STATE,
  id,
  integer,
  integerOrNull,
  LICENSE_SELECT,
  licenseOf,
  liveSeats,
  RIGHTS_SELECT,
  type Row,
  text,
  textOrNull,
} from "./rows.ts";
import { usageCounters } from "./schema.ts";

// ?1 key hash or license id, ?2 now, ?3 hardware id, ?4 thumbprint of a device key
const FACTS_SELECT = `${LICENSE_SELECT}, ${ACTIVATION_SELECT},
  k.state AS k_state, k.valid_until AS k_valid_until, k.hint AS k_hint, k.sealed AS k_sealed,
  p.name AS p_name, ${RUNNING_PLUGIN_STATE} AS p_state, lr.version AS p_latest_version,
  ${INSTANCE_STATE} AS i_state, i.account_id AS i_account_id, ${liveSeats("?2")} AS live_seats`;
const FACTS_JOINS = `JOIN plugins p ON p.id = l.plugin_id
  JOIN instances i ON i.id = l.instance_id
  LEFT JOIN releases lr ON lr.id = p.latest_release_id`;
const BY_DEVICE_KEY = "(SELECT d.id FROM activations d WHERE d.license_id = l.id AND d.device_jkt = ?4 LIMIT 1)";
const BY_HARDWARE = `(SELECT d.id FROM activations d WHERE d.hardware_id = ?3 AND d.license_id = l.id
  ORDER BY d.lease_until DESC LIMIT 1)`;
const DEVICE_JOIN = `LEFT JOIN activations a ON a.id = COALESCE(${BY_DEVICE_KEY}, ${BY_HARDWARE})`;
/** Looked for only where fallback was sold. */
const NEWEST_ENTITLED = `iif(l.fallback, (SELECT n.version FROM releases n WHERE n.plugin_id = l.plugin_id
  AND n.state IN ('published', 'deprecated') AND n.published_at <= COALESCE(l.fallback_until, 0)
  ORDER BY n.published_at DESC, n.version_sort DESC LIMIT 1), NULL)`;
// ?2 now
const QUOTA_LOW = `EXISTS (SELECT 1 FROM usage_counters u JOIN license_limits m
  ON m.license_id = u.license_id AND m.metric = u.metric WHERE u.license_id = l.id AND m.cap > 0
    AND u.used * 100 >= m.cap * 80 AND u.period IN ('', strftime('%Y-%m', ?2, 'unixepoch')))`;
const BY_KEY = "FROM license_keys k JOIN licenses l ON l.id = k.license_id";
const BY_ID = "FROM licenses l JOIN license_keys k ON k.license_id = l.id AND k.state = 'current'";

export async function findLicense(
  db: D1Database,
  ref: LicenseRef,
  device: DeviceRef,
  now: number,
): Promise<LicenseFacts | null> {
  const row = await db
    .prepare(`SELECT ${FACTS_SELECT} ${source(ref)} ${FACTS_JOINS} ${DEVICE_JOIN} WHERE ${condition(ref)}`)
    .bind(reference(ref), now, device.hardwareId, device.jkt)
    .first<Row>();
  return row === null ? null : factsOf(row);
}

/** The hot path of verify: caller, key, license, device and live seats in one round trip. */
export async function findWithInstance(
  db: D1Database,
  apiKey: string,
  keyHash: string,
  device: DeviceRef,
  now: number,
): Promise<{ readonly credential: InstanceCredential; readonly facts: LicenseFacts | null } | null> {
  const row = await db
    .prepare(
      `SELECT ${FACTS_SELECT}, i.id AS i_id, i.publisher_id AS i_publisher_id, i.api_secret_sealed AS i_api_secret
      FROM instances i
      LEFT JOIN license_keys k ON ${byHash(keyHash)}
      LEFT JOIN licenses l ON l.id = k.license_id AND l.instance_id = i.id
      LEFT JOIN plugins p ON p.id = l.plugin_id
      LEFT JOIN releases lr ON lr.id = p.latest_release_id
      ${DEVICE_JOIN} WHERE i.api_key = ?5`,
    )
    .bind(keyHash, now, device.hardwareId, device.jkt, apiKey)
    .first<Row>();
  if (row === null) return null;
  return {
    credential: {
      instanceId: id(row, "i_id"),
      accountId: id(row, "i_account_id"),
      publisherId: textOrNull(row, "i_publisher_id"),
      isSuspended: row.i_state !== "active",
      apiSecret: { purpose: INSTANCE_API_SECRET, row: apiKey, sealed: text(row, "i_api_secret") },
    },
    facts: row.l_id === null ? null : factsOf(row),
  };
}

/**
 * License, device, rights, the asked release and an earlier reply in one statement: one round trip to the primary. What was
 * not asked for is not joined: reading its text is most of what the statement costs.
 */
export async function findForActivation(
  db: D1Database,
  ref: LicenseRef,
  device: DeviceRef,
  asked: AskedBuild,
  idempotency: IdempotencyKey | null,
  now: number,
): Promise<ActivationFacts | null> {
  const params: (string | number | null)[] = [reference(ref), now, device.hardwareId, device.jkt, asked.version];
  const bind = (value: string) => `?${params.push(value)}`;
  const row = await db
    .prepare(
      `SELECT ${FACTS_SELECT}, ${RIGHTS_SELECT},
        r.state AS r_state, r.version AS r_version, r.published_at AS r_published_at, r.closure_digest AS r_closure_digest,
        json_extract(r.manifest, '$.permissions') AS r_permissions,
        json_extract(r.manifest, '$.minAppVersion') AS r_min_app_version,
        json_extract(r.manifest, '$.dependencies') AS r_dependencies,
        i.api_secret_sealed AS i_api_secret,
        ${idempotency === null ? "NULL AS y_request_hash" : "y.request_hash AS y_request_hash, y.status AS y_status, y.body AS y_body"},
        ${NEWEST_ENTITLED} AS newest_entitled, ${QUOTA_LOW} AS quota_low
      ${source(ref)} ${FACTS_JOINS} ${deviceJoin(device, asked.installationId === null ? null : bind(asked.installationId))}
      LEFT JOIN releases r ON r.plugin_id = l.plugin_id AND r.state IN ('published', 'deprecated', 'yanked', 'blocked')
        AND ${asked.bundleSha256 === null ? "r.version = ?5" : buildByDigest(bind(asked.bundleSha256))}
      ${
        idempotency === null
          ? ""
          : `LEFT JOIN idempotency_keys y ON y.scope = ${bind(idempotency.scope)} AND y.key = ${bind(idempotency.key)} AND y.expires_at > ?2`
      }
      WHERE ${condition(ref)}`,
    )
    .bind(...params)
    .first<Row>();
  if (row === null) return null;
  return {
    ...factsOf(row),
    callerSecret: text(row, "i_api_secret"),
    rights: rightsIn(row, now),
    newestEntitled: textOrNull(row, "newest_entitled"),
    isQuotaLow: integer(row, "quota_low") === 1,
    ...(isWithdrawn(row) ? { release: null, withdrawn: text(row, "r_state") } : { release: releaseOf(row) }),
    stored: storedOf(row),
  };
}

/** The row of the device that shows itself, else of the installation that is named. `?3` and `?4` are always bound. */
function deviceJoin({ hardwareId, jkt }: DeviceRef, installation: string | null): string {
  if (jkt === null && hardwareId !== null) return `LEFT JOIN activations a ON a.id = ${BY_HARDWARE} AND ?4 IS NULL`;
  if (jkt !== null) return DEVICE_JOIN;
  const byInstallation =
    installation === null
      ? "NULL"
      : `(SELECT d.id FROM activations d WHERE d.instance_id = l.instance_id AND d.installation_id = ${installation} AND d.license_id = l.id)`;
  return `LEFT JOIN activations a ON a.id = ${byInstallation} AND ?3 IS NULL AND ?4 IS NULL`;
}

/** A build by its digest; by its version as well where both are named. */
function buildByDigest(digest: string): string {
  return `r.sha256 = ${digest}
        AND r.version = COALESCE(?5, (SELECT x.version FROM releases x WHERE x.sha256 = ${digest} AND x.plugin_id = l.plugin_id LIMIT 1))`;
}

export async function listByUser(
  db: D1Database,
  instanceId: string,
  userId: string,
  now: number,
): Promise<readonly LicenseFacts[]> {
  const { results } = await db
    .prepare(
      `SELECT ${FACTS_SELECT} ${BY_ID} ${FACTS_JOINS} LEFT JOIN activations a ON a.id IS NULL
      WHERE l.instance_id = ?1 AND l.user_id = ?3 ORDER BY l.id DESC LIMIT 500`,
    )
    .bind(Number(instanceId), now, userId)
    .all<Row>();
  return results.map(factsOf);
}

export async function findOffer(db: D1Database, pluginId: string, instanceId: string): Promise<Offer | null> {
  const row = await drizzle(db)
    .select({
      plugin: {
        id: plugins.id,
        name: plugins.name,
        publisherId: plugins.publisherId,
        state: plugins.state,
        latestReleaseId: plugins.latestReleaseId,
        trialDays: plugins.trialDays,
        pricing: plugins.pricing,
      },
      instance: {
        id: instances.id,
        accountId: instances.accountId,
        state: instances.state,
        keyShape: instances.keyShape,
      },
    })
    .from(plugins)
    .leftJoin(instances, eq(instances.id, Number(instanceId)))
    .where(eq(plugins.id, Number(pluginId)))
    .get();
  if (row === undefined) return null;
  const { plugin, instance } = row;
  return {
    plugin: {
      id: String(plugin.id),
      name: plugin.name,
      publisherId: String(plugin.publisherId),
      state: plugin.state,
      isPublished: plugin.latestReleaseId !== null,
      trialDays: plugin.trialDays,
      plans: plansOf(plugin.pricing),
    },
    instance: instance && { ...instance, id: String(instance.id), accountId: String(instance.accountId) },
  };
}

/** A member whose role covers licenses. */
export async function isPublisherMember(db: D1Database, publisherId: string, accountId: string): Promise<boolean> {
  const row = await db
    .prepare(
      `SELECT 1 FROM publisher_members WHERE publisher_id = ?1 AND account_id = ?2
         AND role IN (SELECT value FROM json_each(?3))`,
    )
    .bind(Number(publisherId), Number(accountId), JSON.stringify(ORGANIZATION_RIGHTS.license))
    .first();
  return row !== null;
}

export async function rightsOf(db: D1Database, licenseId: string, now: number): Promise<Rights> {
  const row = await db
    .prepare(`SELECT ${RIGHTS_SELECT} FROM licenses l WHERE l.id = ?1`)
    .bind(Number(licenseId))
    .first<Row>();
  return row === null ? { entitlements: [], limits: {} } : rightsIn(row, now);
}

export async function manifestOf(db: D1Database, pluginId: string, version: string): Promise<Json> {
  const text = await db
    .prepare(
      "SELECT manifest FROM releases WHERE plugin_id = ?1 AND version = ?2 AND state IN ('published', 'deprecated')",
    )
    .bind(Number(pluginId), version)
    .first<string>("manifest");
  return text === null ? null : (JSON.parse(text) as Json);
}

export async function usageOf(
  db: D1Database,
  licenseId: string,
  period: string,
): Promise<{ readonly [metric: string]: number }> {
  const counters = await drizzle(db)
    .select({ metric: usageCounters.metric, used: usageCounters.used })
    .from(usageCounters)
    .where(and(eq(usageCounters.licenseId, Number(licenseId)), inArray(usageCounters.period, [period, ""])));
  return Object.fromEntries(counters.map(({ metric, used }) => [metric, used]));
}

/** The entitlements that hold at `now` and the limits of a joined row, in a stable order. */
export function rightsIn(row: Row, now: number): Rights {
  const entitlements = JSON.parse(text(row, "entitlements")) as [string, number | null, number | null][];
  return {
    entitlements: entitlements
      .filter(([, startsAt, endsAt]) => (startsAt ?? now) <= now && (endsAt ?? now + 1) > now)
      .map(([code]) => code)
      .sort(),
    limits: JSON.parse(text(row, "limits")) as { [metric: string]: number },
  };
}

function source(ref: LicenseRef): string {
  return "keyHash" in ref ? BY_KEY : BY_ID;
}

function condition(ref: LicenseRef): string {
  return "keyHash" in ref ? byHash(ref.keyHash) : "l.id = ?1";
}

/** While the pepper changes, both hashes of a key are looked for by one statement. */
function byHash(keyHash: string): string {
  return keyHash.length > 64 ? "k.key_hash IN (substr(?1, 1, 64), substr(?1, 65))" : "k.key_hash = ?1";
}

function reference(ref: LicenseRef): string | number {
  return "keyHash" in ref ? ref.keyHash : Number(ref.licenseId);
}

function factsOf(row: Row): LicenseFacts {
  return {
    license: licenseOf(row),
    key: keyOf(row),
    plugin: {
      name: text(row, "p_name"),
      state: text(row, "p_state"),
      latestVersion: textOrNull(row, "p_latest_version"),
    },
    instance: { state: text(row, "i_state") as "active" | "suspended", accountId: id(row, "i_account_id") },
    liveSeats: integer(row, "live_seats"),
    activation: activationOf(row),
  };
}

function keyOf(row: Row): LicenseKeyRow {
  return {
    state: text(row, "k_state") as LicenseKeyRow["state"],
    validUntil: integerOrNull(row, "k_valid_until"),
    hint: text(row, "k_hint"),
    sealed: textOrNull(row, "k_sealed"),
  };
}

/** Out once, and taken back: nobody starts to run it. */
function isWithdrawn(row: Row): boolean {
  return row.r_state === "yanked" || row.r_state === "blocked";
}

function releaseOf(row: Row): ReleaseFacts | null {
  if (row.r_version === null) return null;
  const permissions = JSON.parse(textOrNull(row, "r_permissions") ?? "[]") as { code: string; required?: boolean }[];
  return {
    version: text(row, "r_version"),
    publishedAt: integer(row, "r_published_at"),
    closureDigest: text(row, "r_closure_digest"),
    minAppVersion: textOrNull(row, "r_min_app_version"),
    permissions: permissions.map(({ code, required }) => ({ code, required: required === true })),
    dependencies: Object.keys(JSON.parse(textOrNull(row, "r_dependencies") ?? "{}") as object),
  };
}

function storedOf(row: Row): StoredReply | null {
  if (row.y_request_hash === null) return null;
  return {
    requestHash: text(row, "y_request_hash"),
    status: integer(row, "y_status"),
    body: text(row, "y_body"),
  };
}

function plansOf(pricing: string): Offer["plugin"]["plans"] {
  const { tiers = [] } = JSON.parse(pricing) as { tiers?: { id: string; limits?: object }[] };
  return Object.fromEntries(tiers.map((tier) => [tier.id, tier.limits ?? {}]));
}
