import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import {
  type CatalogueStore,
  isInSight,
  type Ownership,
  type PluginRef,
  type Sight,
} from "../../market/catalogue/ports.ts";
import type { PluginCard, VersionRow } from "../../market/catalogue/views.ts";
import { publisherMembers, publishers } from "../account/schema.ts";
import { readDetail } from "./detail.ts";
import { editListing, unlistPlugin } from "./listing.ts";
import type { PluginRow, VersionSqlRow } from "./rows.ts";
import {
  CARD_FROM,
  CARD_SELECT,
  type CardRow,
  readCard,
  readPricing,
  readVersionRow,
  roundedRating,
  VERSION_SELECT,
} from "./rows.ts";
import { plugins } from "./schema.ts";
import { searchOwn } from "./search.ts";

/** The catalogue on D1. */
export function catalogueOnD1(db: D1Database): CatalogueStore {
  return {
    search: (query, sight) => searchOwn(db, query, sight),
    card: (ref, sight) => readCardOf(db, ref, sight),
    async detail(ref, sight) {
      const card = await readCardOf(db, ref, sight);
      return card === null ? null : readDetail(db, card);
    },
    versions: (pluginId) => readVersions(db, pluginId),
    version: (pluginId, version) => readVersion(db, pluginId, version),
    async memberships(accountId) {
      const rows = await drizzle(db)
        .select({ publisherId: publishers.id, handle: publishers.handle, role: publisherMembers.role })
        .from(publisherMembers)
        .innerJoin(publishers, eq(publishers.id, publisherMembers.publisherId))
        .where(eq(publisherMembers.accountId, Number(accountId)));
      return rows.map((row) => ({ ...row, publisherId: String(row.publisherId) }));
    },
    ownership: (pluginId) => readOwnership(db, pluginId),
    edit: (pluginId, rev, changes, actor, at) => editListing(db, pluginId, rev, changes, actor, at),
    delist: (pluginId, actor, at) => unlistPlugin(db, pluginId, actor, at),
    stats: (pluginId) => readStats(db, pluginId),
    async totals() {
      const row = await db
        .prepare(
          `SELECT (SELECT coalesce(sum(count), 0) FROM catalogue_counts) AS plugins,
             (SELECT coalesce(sum(count), 0) FROM download_days) AS downloads`,
        )
        .first<{ plugins: number; downloads: number }>();
      return row ?? { plugins: 0, downloads: 0 };
    },
  };
}

/** Approved plugins are everybody's to see, delisted and yanked ones too: their holders' pages live on. A removed one is gone. */
async function readCardOf(db: D1Database, ref: PluginRef, sight: Sight): Promise<PluginCard | null> {
  const [column, value] = "id" in ref ? ["p.id", Number(ref.id)] : ["p.name", ref.name];
  const row = await db.prepare(`${CARD_SELECT} ${CARD_FROM} WHERE ${column} = ?`).bind(value).first<CardRow>();
  if (row === null) return null;
  const isOwn = isInSight(sight, String(row.publisher_id), row.name);
  const isApproved = row.latest_release_id !== null || row.release_state === "yanked";
  const isPublic = isApproved && row.plugin_state !== "removed";
  return isPublic || isOwn ? readCard(row) : null;
}

async function readVersions(db: D1Database, pluginId: string): Promise<readonly VersionRow[]> {
  const { results } = await db.prepare(VERSION_SELECT).bind(Number(pluginId)).all<VersionSqlRow>();
  return results.map(readVersionRow);
}

async function readVersion(db: D1Database, pluginId: string, version: string): ReturnType<CatalogueStore["version"]> {
  const row = await db
    .prepare(
      `SELECT id, version, state, manifest, sha256, size, changelog, min_app_version, max_app_version, closure_digest,
         delivery, reproducible, statement, receipt, published_at
       FROM releases
       WHERE plugin_id = ? AND version = ? AND state IN ('published', 'deprecated', 'yanked', 'blocked')`,
    )
    .bind(Number(pluginId), version)
    .first<{
      id: number;
      version: string;
      state: VersionRow["state"];
      manifest: string;
      sha256: string;
      size: number;
      changelog: string;
      min_app_version: string;
      max_app_version: string | null;
      closure_digest: string;
      delivery: "public" | "gated" | "sealed";
      reproducible: "yes" | "no" | null;
      statement: string;
      receipt: string;
      published_at: number;
    }>();
  if (row === null) return null;
  return {
    releaseId: String(row.id),
    version: row.version,
    state: row.state,
    manifest: row.manifest,
    sha256: row.sha256,
    size: row.size,
    changelog: row.changelog,
    minAppVersion: row.min_app_version,
    maxAppVersion: row.max_app_version,
    closureDigest: row.closure_digest,
    delivery: row.delivery,
    reproducible: row.reproducible ?? "unknown",
    statement: row.statement,
    receipt: row.receipt,
    publishedAt: row.published_at,
  };
}

async function readOwnership(db: D1Database, pluginId: string): Promise<Ownership | null> {
  const row = await drizzle(db)
    .select({
      pluginId: plugins.id,
      name: plugins.name,
      publisherId: plugins.publisherId,
      rev: plugins.rev,
      pricing: plugins.pricing,
    })
    .from(plugins)
    .where(eq(plugins.id, Number(pluginId)))
    .get();
  if (row === undefined) return null;
  return {
    ...row,
    pluginId: String(row.pluginId),
    publisherId: String(row.publisherId),
    pricing: readPricing(row.pricing),
  };
}

async function readStats(db: D1Database, pluginId: string): ReturnType<CatalogueStore["stats"]> {
  const row = await db
    .prepare(
      `SELECT p.publisher_id, p.downloads, p.rating, p.rating_count, p.latest_release_id,
         (SELECT count(*) FROM activations a JOIN licenses l ON l.id = a.license_id
          WHERE l.plugin_id = p.id AND a.released_at IS NULL AND a.lease_until > unixepoch()) AS installs
       FROM plugins p WHERE p.id = ?`,
    )
    .bind(Number(pluginId))
    .first<
      Pick<PluginRow, "publisher_id" | "downloads" | "rating" | "rating_count" | "latest_release_id"> & {
        readonly installs: number;
      }
    >();
  if (row === null) return null;
  return {
    publisherId: String(row.publisher_id),
    isPublic: row.latest_release_id !== null,
    downloads: row.downloads,
    activeInstalls: row.installs,
    rating: { average: roundedRating(row.rating), count: row.rating_count },
  };
}
