import type { MarketplacePlugin } from "../../contract/catalogue/marketplace-plugin.ts";
import { hostPricing } from "../../domain/release/pricing.ts";
import { isoTime } from "../../domain/time.ts";
import type { VersionDocument } from "../../market/catalogue/ports.ts";
import type { VersionList } from "../../market/catalogue/show-versions.ts";
import type { PluginCard, ReviewRow } from "../../market/catalogue/views.ts";

/** The host's object: strings for ids, euros for prices, and nothing that is null. */
export function presentPlugin(card: PluginCard, origin: string): MarketplacePlugin {
  const isPublic = card.delivery === "public" && card.status === "approved";
  return {
    id: card.id,
    uuid: card.uuid,
    name: card.name,
    displayName: card.displayName,
    description: card.description,
    version: card.version,
    author: card.publisher.displayName,
    authorId: card.publisher.id,
    category: card.category,
    type: card.type,
    tags: [...card.tags],
    ...(card.icon === null ? {} : { icon: absolute(card.icon, origin) }),
    screenshots: card.screenshots.map(({ url }) => absolute(url, origin)),
    pricing: hostPricing(card.pricing),
    trialDays: card.trialDays,
    downloads: card.downloads,
    rating: card.rating.average,
    status: card.status,
    checksum: card.sha256,
    ...(isPublic ? { bundleUrl: `${origin}/bundles/${card.sha256}.rbsm` } : {}),
    permissions: card.permissions.map(({ code, description, required }) => ({
      code,
      name: code,
      description,
      required,
    })),
    dependencies: card.dependencies.map(({ name, range }) => ({
      pluginName: name,
      minVersion: lowestOf(range),
      range,
    })),
    minAppVersion: card.minAppVersion,
    ...(card.maxAppVersion === null ? {} : { maxAppVersion: card.maxAppVersion }),
    createdAt: isoTime(card.createdAt),
    updatedAt: isoTime(card.updatedAt),
  };
}

export function presentVersions(list: VersionList): object {
  const versions = list.versions.map((row) => ({
    version: row.version,
    releaseDate: isoTime(row.releasedAt),
    changes: row.changes,
    downloads: row.downloads,
    state: row.state,
    channel: row.channel,
    checksum: row.sha256,
    size: row.size,
    ...(row.notice === null ? {} : { notice: row.notice.message }),
    ...(row.notice?.replacement ? { replacement: row.notice.replacement } : {}),
  }));
  return { pluginId: list.pluginId, versions, latest: list.latest, count: versions.length };
}

export function presentVersion(document: VersionDocument): object {
  const manifest: { dependencies: { [name: string]: string } } = JSON.parse(document.manifest);
  const statement: { signatures: { sig: string }[] } = JSON.parse(document.statement);
  return {
    manifest,
    checksum: document.sha256,
    size: document.size,
    signature: statement.signatures[0]?.sig ?? "",
    changelog: document.changelog,
    minAppVersion: document.minAppVersion,
    ...(document.maxAppVersion === null ? {} : { maxAppVersion: document.maxAppVersion }),
    dependencies: Object.entries(manifest.dependencies).map(([pluginName, range]) => ({ pluginName, range })),
    state: document.state,
    releaseDate: isoTime(document.publishedAt),
    closureDigest: document.closureDigest,
    delivery: document.delivery,
    reproducible: document.reproducible,
  };
}

export function presentReview(row: ReviewRow): object {
  return {
    id: row.id,
    userId: row.userId,
    userName: row.userName,
    rating: row.rating,
    ...(row.title === "" ? {} : { title: row.title }),
    comment: row.comment,
    createdAt: isoTime(row.createdAt),
    ...(row.version === "" ? {} : { version: row.version }),
    edited: row.isEdited,
    helpful: row.helpful,
    notHelpful: row.notHelpful,
    ...(row.reply === null ? {} : { reply: { text: row.reply.text, createdAt: isoTime(row.reply.createdAt) } }),
  };
}

function absolute(address: string, origin: string): string {
  return address.startsWith("/") ? origin + address : address;
}

/** The host knows a lowest version only: the first one a range names. */
function lowestOf(range: string): string {
  return /[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?/.exec(range)?.[0] ?? "0.0.0";
}
