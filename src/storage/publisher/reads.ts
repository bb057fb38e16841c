import type { Channel } from "../../domain/manifest/permissions.ts";
import type { ReleaseState } from "../../domain/release/states.ts";
import { DAY } from "../../domain/time.ts";
import type { OwnPlugin, OwnRelease, PublishingReads, ReleasesWanted } from "../../market/publisher/ports.ts";
import { readIssued } from "./licenses.ts";
import { readListing } from "./listing.ts";

const MAX_PLUGINS = 500;

/** The lists of a publisher's console on D1. */
export function createPublishingReads(db: D1Database): PublishingReads {
  return {
    plugins: (publisherId, now) => readPlugins(db, publisherId, now),
    releases: (publisherId, wanted, limit) => readReleases(db, publisherId, wanted, limit),
    listing: (publisherId, name) => readListing(db, publisherId, name),
    licenses: (publisherId, wanted, now) => readIssued(db, publisherId, wanted, now),
  };
}

async function readPlugins(db: D1Database, publisherId: string, now: number): Promise<readonly OwnPlugin[]> {
  const { results } = await db
    .prepare(
      `SELECT p.id, p.name, p.display_name, p.icon, p.state, p.listed, p.downloads, p.rating, p.rating_count,
         EXISTS (SELECT 1 FROM plugin_suspensions s WHERE s.plugin_id = p.id) AS is_suspended,
         (SELECT version FROM releases WHERE id = p.latest_release_id) AS latest_version,
         n.id AS newest_id, n.version AS newest_version, n.state AS newest_state,
         (SELECT COUNT(*) FROM activations a JOIN licenses l ON l.id = a.license_id
           WHERE l.plugin_id = p.id AND a.released_at IS NULL AND a.last_seen_at > ?2) AS active
       FROM plugins p JOIN releases n ON n.id = (SELECT MAX(id) FROM releases WHERE plugin_id = p.id)
       WHERE p.publisher_id = ?1 ORDER BY p.updated_at DESC, p.id DESC LIMIT ${MAX_PLUGINS}`,
    )
    .bind(Number(publisherId), now - 7 * DAY)
    .all<{
      id: number;
      name: string;
      display_name: string;
      icon: string | null;
      state: OwnPlugin["state"];
      listed: number;
      downloads: number;
      rating: number;
      rating_count: number;
      is_suspended: number;
      latest_version: string | null;
      newest_id: number;
      newest_version: string;
      newest_state: ReleaseState;
      active: number;
    }>();
  return results.map((row) => ({
    id: String(row.id),
    name: row.name,
    displayName: row.display_name,
    icon: row.icon,
    state: row.state,
    isListed: row.listed === 1,
    isSuspended: row.is_suspended === 1,
    latestVersion: row.latest_version,
    newest: { releaseId: String(row.newest_id), version: row.newest_version, state: row.newest_state },
    downloads: row.downloads,
    rating: { average: row.rating, count: row.rating_count },
    activeInstalls: row.active,
  }));
}

async function readReleases(
  db: D1Database,
  publisherId: string,
  { releaseId, pluginName, isOpen = false }: ReleasesWanted,
  limit: number,
): Promise<readonly OwnRelease[]> {
  const { results } = await db
    .prepare(
      `SELECT r.id, p.name, p.display_name, r.version, r.channel, r.state, r.sha256, r.size, r.downloads, r.created_at,
         r.published_at, COALESCE(r.yank_reason, r.notice) AS notice
       FROM releases r JOIN plugins p ON p.id = r.plugin_id
       WHERE p.publisher_id = ?1 AND (?2 IS NULL OR p.name = ?2)
         AND (?3 = 0 OR r.state IN ('staged', 'scanning', 'review')) AND (?4 IS NULL OR r.id = ?4)
       ORDER BY r.id DESC LIMIT ?5`,
    )
    .bind(
      Number(publisherId),
      pluginName ?? null,
      isOpen ? 1 : 0,
      releaseId === undefined ? null : Number(releaseId),
      limit,
    )
    .all<{
      id: number;
      name: string;
      display_name: string;
      version: string;
      channel: Channel;
      state: ReleaseState;
      sha256: string;
      size: number;
      downloads: number;
      created_at: number;
      published_at: number | null;
      notice: string | null;
    }>();
  return results.map((row) => ({
    releaseId: String(row.id),
    pluginName: row.name,
    displayName: row.display_name,
    version: row.version,
    channel: row.channel,
    state: row.state,
    sha256: row.sha256,
    size: row.size,
    downloads: row.downloads,
    createdAt: row.created_at,
    publishedAt: row.published_at,
    notice: row.notice,
  }));
}
