import { encodeHex } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { DAY, HOUR, isoTime } from "../../domain/time.ts";
import type {
  BundleForm,
  CountedDownload,
  DeliverableRelease,
  DeliveryStore,
  NewDownloadToken,
  PublicBundle,
} from "../../market/catalogue/delivery-ports.ts";
import { pluginDownloadedWebhook } from "../account/webhook-outbox.ts";

const RELEASE_COLUMNS = "r.id, r.plugin_id, p.name, r.version, r.sha256, r.size, r.published_at";

interface ReleaseRow {
  readonly id: number;
  readonly plugin_id: number;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
  readonly published_at: number;
}

/** Who fetches whole bundles from the edge cache in front of R2; absent where there is none. */
export interface BundleFetcher {
  fetch(request: string): Promise<Response>;
}

/** Delivery on D1 and R2. */
export function deliveriesOn(
  db: D1Database,
  bucket: R2Bucket,
  cached: BundleFetcher,
  points: AnalyticsEngineDataset | null = null,
): DeliveryStore {
  return {
    publicBundle: (sha256) => recentBundle(db, sha256),
    sealedBundle: (sha256) => readSealedBundle(db, sha256),
    async publishedManifest(sha256) {
      return db
        .prepare(
          "SELECT manifest FROM releases WHERE sha256 = ? AND state IN ('published', 'deprecated', 'yanked') LIMIT 1",
        )
        .bind(sha256)
        .first<string>("manifest");
    },
    async publishedContents(sha256) {
      const row = await db
        .prepare(
          `SELECT manifest, delivery, published_at FROM releases
           WHERE sha256 = ? AND state IN ('published', 'deprecated', 'yanked') ORDER BY delivery = 'public' DESC LIMIT 1`,
        )
        .bind(sha256)
        .first<{ manifest: string; delivery: string; published_at: number }>();
      if (row === null) return null;
      return { manifest: row.manifest, isPublic: row.delivery === "public", publishedAt: row.published_at };
    },
    async releaseFor(pluginId, version, publishedBy) {
      const row = await db
        .prepare(
          `SELECT ${RELEASE_COLUMNS} FROM releases r JOIN plugins p ON p.id = r.plugin_id
           WHERE r.plugin_id = ?1 AND CASE
             WHEN ?2 IS NOT NULL THEN r.version = ?2 AND r.state IN ('published', 'deprecated', 'yanked')
             WHEN ?3 IS NOT NULL THEN r.published_at <= ?3 AND r.state IN ('published', 'deprecated')
             ELSE r.id = p.latest_release_id END
           ORDER BY r.channel = 'stable' DESC, r.version_sort DESC LIMIT 1`,
        )
        .bind(Number(pluginId), version, publishedBy)
        .first<ReleaseRow>();
      return row === null ? null : readRelease(row);
    },
    addToken: (token) => insertToken(db, token),
    consumeToken: (hash, instanceId, at) => consume(db, hash, instanceId, at),
    async readToken(hash, instanceId) {
      const row = await db
        .prepare(
          `SELECT ${RELEASE_COLUMNS}, t.expires_at, t.used_at FROM download_tokens t
           JOIN releases r ON r.id = t.release_id JOIN plugins p ON p.id = r.plugin_id
           WHERE t.hash = ?1 AND (?2 IS NULL OR t.instance_id = ?2) AND r.state IN ('published', 'deprecated', 'yanked')`,
        )
        .bind(hash, instanceId === null ? null : Number(instanceId))
        .first<ReleaseRow & { expires_at: number; used_at: number | null }>();
      return row === null ? null : { release: readRelease(row), expiresAt: row.expires_at, usedAt: row.used_at };
    },
    count: (download) => countDownload(db, download, points),
    async forget(at) {
      const yesterday = isoTime(at - DAY).slice(0, 10);
      await db.batch([
        db.prepare("DELETE FROM download_salts WHERE day < ?").bind(yesterday),
        db.prepare("DELETE FROM download_seen WHERE day < ?").bind(yesterday),
        db.prepare("DELETE FROM download_tokens WHERE expires_at < ?").bind(at - HOUR),
      ]);
    },
    async stream(sha256, form = "plain") {
      const response = await cached.fetch(`https://bundles.internal/${FOLDER[form]}/${sha256}`);
      return response.ok ? response.body : null;
    },
    async streamRange(sha256, offset, length, form = "plain") {
      const object = await bucket.get(`${FOLDER[form]}/sha256/${sha256}`, { range: { offset, length } });
      return object === null ? null : object.body;
    },
  };
}

const FOLDER = { plain: "b", sealed: "s" } as const satisfies Record<BundleForm, string>;

/** How long an isolate believes that a bundle is public: a block reaches the edge within this time. */
const BELIEVED_MILLISECONDS = 2000;
const MAX_BELIEVED = 1000;
const believed = new Map<string, { readonly bundle: PublicBundle; readonly until: number }>();

/** A popular bundle is asked for many times a second: one read in two seconds answers them all. Absence is never believed. */
async function recentBundle(db: D1Database, sha256: string): Promise<PublicBundle | null> {
  const known = believed.get(sha256);
  if (known !== undefined && known.until > Date.now()) return known.bundle;
  const bundle = await readPublicBundle(db, sha256);
  if (believed.size >= MAX_BELIEVED) believed.clear();
  if (bundle === null) believed.delete(sha256);
  else believed.set(sha256, { bundle, until: Date.now() + BELIEVED_MILLISECONDS });
  return bundle;
}

const BUNDLE_COLUMNS = "p.name, r.version, r.state, r.published_at, r.decision_reason";

interface BundleRow {
  readonly id: number;
  readonly size: number;
  readonly name: string;
  readonly version: string;
  readonly state: string;
  readonly published_at: number;
  readonly decision_reason: string | null;
}

async function readPublicBundle(db: D1Database, sha256: string): Promise<PublicBundle | null> {
  const row = await db
    .prepare(
      `SELECT r.id, r.size, ${BUNDLE_COLUMNS} FROM releases r JOIN plugins p ON p.id = r.plugin_id
       WHERE r.sha256 = ? AND r.delivery = 'public' AND r.state IN ('published', 'deprecated', 'yanked', 'blocked')
       ORDER BY r.state = 'blocked' DESC LIMIT 1`,
    )
    .bind(sha256)
    .first<BundleRow>();
  return row === null ? null : readBundle(row);
}

async function readSealedBundle(db: D1Database, sha256: string): Promise<PublicBundle | null> {
  const row = await db
    .prepare(
      `SELECT r.id, s.size, ${BUNDLE_COLUMNS} FROM sealed_bundles s JOIN releases r ON r.id = s.release_id
       JOIN plugins p ON p.id = r.plugin_id
       WHERE s.sha256 = ? AND r.delivery = 'sealed' AND r.state IN ('published', 'deprecated', 'yanked', 'blocked')`,
    )
    .bind(sha256)
    .first<BundleRow>();
  return row === null ? null : readBundle(row);
}

function readBundle({ id, size, name, version, state, published_at, decision_reason }: BundleRow): PublicBundle {
  const reason = decision_reason ?? "policy";
  const block = state === "blocked" ? { reason, isByLaw: reason === "legal" } : null;
  return { releaseId: String(id), size, name, version, publishedAt: published_at, block };
}

function readRelease(row: ReleaseRow): DeliverableRelease {
  return {
    releaseId: String(row.id),
    pluginId: String(row.plugin_id),
    name: row.name,
    version: row.version,
    sha256: row.sha256,
    size: row.size,
    publishedAt: row.published_at,
  };
}

async function insertToken(db: D1Database, token: NewDownloadToken): Promise<void> {
  await db
    .prepare(
      `INSERT INTO download_tokens (hash, release_id, license_id, activation_id, instance_id, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      token.hash,
      Number(token.releaseId),
      token.licenseId === null ? null : Number(token.licenseId),
      token.activationId,
      Number(token.instanceId),
      token.expiresAt,
    )
    .run();
}

/** The one guarded update; a revoked or suspended license voids the tokens it was given. */
async function consume(
  db: D1Database,
  hash: string,
  instanceId: string | null,
  at: number,
): Promise<DeliverableRelease | null> {
  const text = await db
    .prepare(
      `UPDATE download_tokens SET used_at = ?1
       WHERE hash = ?2 AND used_at IS NULL AND expires_at > ?1 AND (?3 IS NULL OR instance_id = ?3)
         AND EXISTS (SELECT 1 FROM releases r
           WHERE r.id = download_tokens.release_id AND r.state IN ('published', 'deprecated', 'yanked'))
         AND NOT EXISTS (SELECT 1 FROM licenses l
           WHERE l.id = download_tokens.license_id AND l.state IN ('suspended', 'revoked'))
       RETURNING (SELECT json_object('id', r.id, 'plugin_id', r.plugin_id, 'name', p.name, 'version', r.version,
         'sha256', r.sha256, 'size', r.size, 'published_at', r.published_at)
         FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE r.id = download_tokens.release_id) AS release`,
    )
    .bind(at, hash, instanceId === null ? null : Number(instanceId))
    .first<string>("release");
  if (text === null) return null;
  const row: ReleaseRow = JSON.parse(text);
  return readRelease(row);
}

/** Salts of today, per isolate: one read a day. */
const salts = new Map<string, string>();

/** Clients counted today by this isolate, in memory alone: a repeat costs neither hash nor write. */
const counted = new Set<string>();
const MAX_COUNTED = 50_000;

/** `changes()` is that of the statement before: only a first sight is counted, in one transaction. */
async function countDownload(
  db: D1Database,
  download: CountedDownload,
  points: AnalyticsEngineDataset | null,
): Promise<void> {
  const seen = `${download.day}\n${download.releaseId}\n${download.client}`;
  if (counted.has(seen)) return;
  const release = Number(download.releaseId);
  const client = await sha256Hex(`${await saltOf(db, download.day)}\n${download.releaseId}\n${download.client}`);
  if (counted.size >= MAX_COUNTED) counted.clear();
  const country = download.country ?? "XX";
  const [first] = await db.batch([
    db
      .prepare(
        "INSERT INTO download_seen (day, release_id, client_hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING release_id",
      )
      .bind(download.day, release, client),
    db
      .prepare(
        `INSERT INTO download_days (release_id, day, purpose, count) SELECT ?, ?, ?, 1 WHERE changes() = 1
         ON CONFLICT DO UPDATE SET count = count + 1`,
      )
      .bind(release, download.day, download.purpose),
    db
      .prepare(
        `INSERT INTO download_countries (release_id, day, country, count) SELECT ?, ?, ?, 1 WHERE changes() = 1
         ON CONFLICT DO UPDATE SET count = count + 1`,
      )
      .bind(release, download.day, country),
    db.prepare("UPDATE releases SET downloads = downloads + 1 WHERE id = ? AND changes() = 1").bind(release),
    db
      .prepare(
        "UPDATE plugins SET downloads = downloads + 1 WHERE id = (SELECT plugin_id FROM releases WHERE id = ?) AND changes() = 1",
      )
      .bind(release),
    pluginDownloadedWebhook(db, download.releaseId),
  ]);
  counted.add(seen);
  // The platform's own store of points, where there is one: the same facts, finer in time.
  if (first?.results.length === 1)
    points?.writeDataPoint({ indexes: [download.releaseId], blobs: [download.purpose, country], doubles: [1] });
}

async function saltOf(db: D1Database, day: string): Promise<string> {
  const known = salts.get(day);
  if (known !== undefined) return known;
  const salt = encodeHex(crypto.getRandomValues(new Uint8Array(32)));
  const row = await db
    .prepare(
      "INSERT INTO download_salts (day, salt) VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET salt = salt RETURNING salt",
    )
    .bind(day, salt)
    .first<{ salt: string }>();
  salts.clear();
  counted.clear();
  if (row !== null) salts.set(day, row.salt);
  return row?.salt ?? salt;
}
