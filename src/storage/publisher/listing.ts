import type { Json } from "../../domain/json/json.ts";
import { parseManifest } from "../../domain/manifest/manifest.ts";
import { listingOf } from "../../domain/release/listing.ts";
import type { OwnListing } from "../../market/publisher/ports.ts";
import { readPricing } from "../catalogue/rows.ts";

/** Listing, shelf and newest bundle of one plugin of this publisher. */
export async function readListing(db: D1Database, publisherId: string, name: string): Promise<OwnListing | null> {
  const row = await db
    .prepare(
      `SELECT p.id, p.name, p.rev, p.state, p.listed, p.display_name, p.description, p.category, p.tags, p.icon,
         p.screenshots, p.pricing, p.latest_release_id, s.by_desk, s.reason, r.version, r.sha256, r.manifest, r.readme
       FROM plugins p
       JOIN releases r ON r.id = COALESCE(p.latest_release_id, (SELECT MAX(id) FROM releases WHERE plugin_id = p.id))
       LEFT JOIN plugin_suspensions s ON s.plugin_id = p.id
       WHERE p.publisher_id = ?1 AND p.name = ?2`,
    )
    .bind(Number(publisherId), name)
    .first<{
      id: number;
      name: string;
      rev: number;
      state: OwnListing["state"];
      listed: number;
      display_name: string;
      description: string;
      category: string;
      tags: string;
      icon: string | null;
      screenshots: string;
      pricing: string;
      latest_release_id: number | null;
      by_desk: number | null;
      reason: string | null;
      version: string;
      sha256: string;
      manifest: string;
      readme: string;
    }>();
  if (row === null) return null;
  const manifest = parseManifest(JSON.parse(row.manifest) as Json);
  if (!manifest.ok) throw new Error(`the manifest of ${row.name} ${row.version} cannot be read`);
  const { icon: bundleIcon, screenshots: pictures } = listingOf(manifest.value, row.sha256);
  return {
    id: String(row.id),
    name: row.name,
    rev: row.rev,
    state: row.state,
    isListed: row.listed === 1,
    suspension: row.reason === null ? null : { isDesk: row.by_desk === 1, reason: row.reason },
    displayName: row.display_name,
    description: row.description,
    category: row.category,
    tags: JSON.parse(row.tags) as string[],
    icon: row.icon,
    screenshots: JSON.parse(row.screenshots) as OwnListing["screenshots"],
    pricing: readPricing(row.pricing),
    isPublished: row.latest_release_id !== null,
    version: row.version,
    sha256: row.sha256,
    manifest: manifest.value,
    readme: row.readme,
    bundleIcon,
    pictures,
  };
}
