import type { Permission } from "../../domain/manifest/permissions.ts";
import { hostStatus } from "../../domain/release/states.ts";
import type { PluginCard, PricingView, VersionRow } from "../../market/catalogue/views.ts";
import type { releases } from "../publish/schema.ts";
import type { SqlRow } from "../sql-row.ts";
import type { plugins } from "./schema.ts";

/**
 * One plugin with its publisher and the release it shows: the newest published one, else the newest yanked one, else – for
 * its owner – the newest of any state. What a manifest says comes out of the manifest's own text, never from a second copy.
 */
export const CARD_SELECT = `
  SELECT p.id, p.uuid, p.name, p.display_name, p.description, p.type, p.category, p.tags, p.icon, p.screenshots,
    p.pricing, p.trial_days, p.downloads, p.rating, p.rating_count, p.rev, p.listed, p.state AS plugin_state,
    p.created_at, p.updated_at, p.latest_release_id,
    b.id AS publisher_id, b.handle AS publisher_handle, b.display_name AS publisher_name,
    r.id AS release_id, r.version, r.state AS release_state, r.sha256, r.delivery, r.min_app_version, r.max_app_version,
    json_extract(r.manifest, '$.permissions') AS permissions, json_extract(r.manifest, '$.dependencies') AS dependencies`;

export const CARD_FROM = `
  FROM plugins p
  JOIN publishers b ON b.id = p.publisher_id
  JOIN releases r ON r.id = coalesce(p.latest_release_id,
    (SELECT n.id FROM releases n WHERE n.plugin_id = p.id ORDER BY n.state = 'yanked' DESC, n.id DESC LIMIT 1))`;

export type PluginRow = SqlRow<typeof plugins>;
type ReleaseRow = SqlRow<typeof releases>;

export interface CardRow
  extends Pick<
      PluginRow,
      | "id"
      | "uuid"
      | "name"
      | "display_name"
      | "description"
      | "type"
      | "category"
      | "tags"
      | "icon"
      | "screenshots"
      | "pricing"
      | "trial_days"
      | "downloads"
      | "rating"
      | "rating_count"
      | "rev"
      | "listed"
      | "publisher_id"
      | "created_at"
      | "updated_at"
      | "latest_release_id"
    >,
    Pick<ReleaseRow, "version" | "sha256" | "delivery" | "min_app_version" | "max_app_version"> {
  readonly plugin_state: PluginRow["state"];
  readonly publisher_handle: string;
  readonly publisher_name: string;
  readonly release_id: number;
  readonly release_state: ReleaseRow["state"];
  readonly permissions: string | null;
  readonly dependencies: string | null;
}

export function readCard(row: CardRow): PluginCard {
  return {
    id: String(row.id),
    uuid: row.uuid,
    name: row.name,
    displayName: row.display_name,
    description: row.description,
    type: row.type,
    category: row.category,
    tags: JSON.parse(row.tags),
    version: row.version,
    publisher: {
      id: String(row.publisher_id),
      handle: row.publisher_handle,
      displayName: row.publisher_name,
    },
    icon: row.icon,
    screenshots: JSON.parse(row.screenshots),
    pricing: readPricing(row.pricing),
    trialDays: row.trial_days,
    downloads: row.downloads,
    rating: { average: roundedRating(row.rating), count: row.rating_count },
    status:
      row.plugin_state === "removed" || row.plugin_state === "quarantined"
        ? "suspended"
        : hostStatus(row.release_state),
    rev: row.rev,
    minAppVersion: row.min_app_version,
    maxAppVersion: row.max_app_version,
    permissions: readPermissions(row.permissions),
    dependencies: readDependencies(row.dependencies),
    sha256: row.sha256,
    delivery: row.delivery ?? "gated",
    listed: row.listed === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** One decimal, as it is shown everywhere. */
export function roundedRating(mean: number): number {
  return Math.round(mean * 10) / 10;
}

export function readPricing(text: string): PricingView {
  const pricing: PricingView = JSON.parse(text);
  return {
    currency: "EUR",
    tiers: pricing.tiers.map((tier) => ({ ...tier, popular: tier.popular ?? false })),
  };
}

function readPermissions(text: string | null): PluginCard["permissions"] {
  const permissions: { code: Permission; description: string; required: boolean }[] = JSON.parse(text ?? "[]");
  return permissions.map(({ code, description, required }) => ({ code, description, required }));
}

function readDependencies(text: string | null): PluginCard["dependencies"] {
  return Object.entries<string>(JSON.parse(text ?? "{}")).map(([name, range]) => ({ name, range }));
}

export interface VersionSqlRow {
  readonly version: string;
  readonly channel: ReleaseRow["channel"];
  readonly state: VersionRow["state"];
  readonly published_at: number;
  readonly changes: string | null;
  readonly size: number;
  readonly sha256: string;
  readonly downloads: number;
  readonly notice: string | null;
  readonly replacement: string | null;
}

/** One row per version that was ever published, newest first; the plugin's id is bound. */
export const VERSION_SELECT = `
  SELECT version, channel, state, published_at, json_extract(manifest, '$.changes') AS changes, size, sha256, downloads,
    CASE state WHEN 'yanked' THEN yank_reason WHEN 'deprecated' THEN notice END AS notice,
    CASE state WHEN 'deprecated' THEN replacement END AS replacement
  FROM releases WHERE plugin_id = ? AND state IN ('published', 'deprecated', 'yanked', 'blocked')
  ORDER BY version_sort DESC`;

export function readVersionRow(row: VersionSqlRow): VersionRow {
  return {
    version: row.version,
    channel: row.channel,
    state: row.state,
    releasedAt: row.published_at,
    changes: JSON.parse(row.changes ?? "[]"),
    size: row.size,
    sha256: row.sha256,
    downloads: row.downloads,
    notice: row.notice === null ? null : { message: row.notice, replacement: row.replacement },
  };
}
