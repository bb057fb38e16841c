import type { Revocation, RevocationKind, RevocationWhat } from "../../domain/license/revocation.ts";
import { ONLINE_TAIL, publicReason } from "../../domain/license/revocation.ts";
import type { LicensePatch } from "../../domain/license/transitions.ts";
import type { RevocationPage, RevocationStore } from "../../market/license/revocation-ports.ts";

/** Kept answers of one isolate; with half a minute in caches a change is seen everywhere within a minute. */
const KEPT_SECONDS = 30;

/** The list on D1; the entries and the newest number are kept half a minute by the isolate. */
export function createRevocationStore(db: D1Database): RevocationStore {
  let newest: { readonly epoch: number; readonly at: number } | null = null;
  let page: { readonly read: RevocationPage; readonly at: number } | null = null;
  const isFresh = (at: number, now: number) => at <= now && now - at < KEPT_SECONDS;
  return {
    async read(now) {
      // What was read is kept, never a read under way: it dies with the request that began it.
      if (page === null || !isFresh(page.at, now)) page = { read: await readList(db, now), at: now };
      return page.read;
    },
    async epoch(now) {
      if (newest === null || !isFresh(newest.at, now)) newest = { epoch: await newestEpoch(db), at: now };
      return newest.epoch;
    },
    async prune(now) {
      await db
        .prepare("DELETE FROM revocations WHERE keep_until <= ?1 AND epoch < (SELECT MAX(epoch) FROM revocations)")
        .bind(now)
        .run();
    },
  };
}

/**
 * An entry, written with the act that takes the right away: the row of `licenses` or `activations` that carries `op`
 * decides whether it exists. `keep_until` covers every lease that was ever promised.
 */
export function appendRevocation(
  db: D1Database,
  kind: RevocationKind,
  subject: string,
  what: RevocationWhat,
  reason: string,
  op: string,
  now: number,
): D1PreparedStatement {
  return db
    .prepare(`INSERT INTO revocations (kind, subject, what, reason, at, keep_until) ${SOURCES[kind]}`)
    .bind(subject, op, kind, what, reason, now, now + ONLINE_TAIL);
}

// ?1 subject, ?2 op, ?3 kind, ?4 what, ?5 reason, ?6 now, ?7 earliest end
const SOURCES: Readonly<Record<RevocationKind, string>> = {
  lic: `SELECT ?3, ?1, ?4, ?5, ?6, MAX(?7, COALESCE((SELECT MAX(a.lease_until) FROM activations a WHERE a.license_id = l.id), 0))
    FROM licenses l WHERE l.id = CAST(?1 AS INTEGER) AND l.last_op = ?2`,
  act: `SELECT ?3, a.id, ?4, ?5, ?6, MAX(?7, a.lease_until) FROM activations a WHERE a.id = ?1 AND a.last_op = ?2`,
  jti: `SELECT ?3, o.jti, ?4, ?5, ?6, MAX(?7, o.exp) FROM leases o JOIN activations a ON a.id = o.activation_id
    WHERE o.jti = ?1 AND a.last_op = ?2`,
};

/** The entry of a change of a license that leases carry. */
export function revocationOf(patch: Pick<LicensePatch, "state" | "stateReason">): {
  readonly what: RevocationWhat;
  readonly reason: string;
} {
  if (patch.state === "revoked" || patch.state === "suspended")
    return { what: patch.state, reason: publicReason(patch.stateReason ?? "") };
  return { what: patch.state === "active" ? "cleared" : "changed", reason: "" };
}

async function newestEpoch(db: D1Database): Promise<number> {
  const row = await db.prepare("SELECT MAX(epoch) AS epoch FROM revocations").first<{ epoch: number | null }>();
  return row?.epoch ?? 0;
}

async function readList(db: D1Database, now: number): Promise<RevocationPage> {
  // One transaction: the number belongs to these very entries.
  const [numbers, rows] = await db.batch<{ epoch: number | null } | (Revocation & { epoch: number })>([
    db.prepare("SELECT MAX(epoch) AS epoch FROM revocations"),
    db
      .prepare("SELECT epoch, kind, subject, what, reason, at FROM revocations WHERE keep_until > ?1 ORDER BY epoch")
      .bind(now),
  ]);
  const epoch = (numbers?.results[0] as { epoch: number | null } | undefined)?.epoch ?? 0;
  return { epoch, entries: (rows?.results ?? []) as (Revocation & { epoch: number })[] };
}
