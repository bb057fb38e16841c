import type { PluginDetail, ReviewRow } from "../../src/market/catalogue/views.ts";

/** What seeding needs of a D1 database; the same object inside workerd and from Miniflare. */
interface Database {
  prepare(sql: string): { bind(...values: unknown[]): { run(): Promise<{ meta: { last_row_id: number } }> } };
}

/** Writes a plugin as publication leaves it, so that pages read it through the real store. Returns its id. */
export async function seedPlugin(db: Database, plugin: PluginDetail): Promise<number> {
  const publisher = await insert(db, "publishers", {
    handle: `${plugin.publisher.handle}-${plugin.name}`,
    display_name: plugin.publisher.displayName,
    created_at: plugin.createdAt,
  });
  const id = await insert(db, "plugins", {
    uuid: crypto.randomUUID(),
    name: plugin.name,
    publisher_id: publisher,
    listed: 1,
    display_name: plugin.displayName,
    description: plugin.description,
    category: plugin.category,
    type: plugin.type,
    tags: JSON.stringify(plugin.tags),
    icon: plugin.icon,
    screenshots: JSON.stringify(plugin.screenshots),
    pricing: JSON.stringify(plugin.pricing),
    trial_days: plugin.trialDays,
    downloads: plugin.downloads,
    rating_count: plugin.rating.count,
    rating_sum: Math.round(plugin.rating.average * plugin.rating.count),
    rating: plugin.rating.average,
    created_at: plugin.createdAt,
    updated_at: plugin.updatedAt,
  });
  let latest = 0;
  for (const row of [...plugin.versions].reverse()) latest = await insert(db, "releases", releaseRow(id, plugin, row));
  await db.prepare("UPDATE plugins SET latest_release_id = ? WHERE id = ?").bind(latest, id).run();
  return id;
}

/** A review of the plugin by a user of an instance of its own. */
export async function seedReview(db: Database, pluginId: number, review: ReviewRow): Promise<void> {
  const account = await insert(db, "accounts", {
    name: "Owner",
    email: `${crypto.randomUUID()}@a.example`,
    created_at: 1,
  });
  const instance = await insert(db, "instances", {
    account_id: account,
    name: "Instance",
    url: "https://bsm.example",
    app_version: "0.1.0",
    webhook_url: "https://bsm.example/hook",
    api_url: "https://bsm.example/api",
    api_key: `mk_${crypto.randomUUID()}`,
    api_secret_sealed: "",
    webhook_secret_sealed: "",
    created_at: 1,
  });
  await insert(db, "reviews", {
    plugin_id: pluginId,
    instance_id: instance,
    user_id: review.userId,
    user_name: review.userName,
    rating: review.rating,
    title: review.title,
    comment: review.comment,
    created_at: review.createdAt,
    updated_at: review.createdAt,
  });
}

function releaseRow(
  pluginId: number,
  plugin: PluginDetail,
  row: PluginDetail["versions"][number],
): Record<string, unknown> {
  const { trust } = plugin;
  return {
    plugin_id: pluginId,
    version: row.version,
    version_sort: row.version
      .split(/[.-]/)
      .map((part) => part.padStart(5, "0"))
      .join("."),
    channel: row.channel,
    state: row.state,
    sha256: row.sha256,
    sha512: "",
    size: row.size,
    manifest: JSON.stringify({
      license: plugin.license,
      homepage: plugin.homepage ?? undefined,
      repository: plugin.repository ?? undefined,
      support: { url: plugin.support.url ?? undefined, email: plugin.support.email ?? undefined },
      security: plugin.security,
      permissions: plugin.permissions,
      egress: plugin.egress,
      events: plugin.events.map((on) => ({ on })),
      dependencies: Object.fromEntries(plugin.dependencies.map(({ name, range }) => [name, range])),
      changes: row.changes,
    }),
    manifest_sha256: "",
    capabilities_sha256: "",
    closure_digest: trust?.closureDigest ?? "",
    readme: plugin.readme,
    min_app_version: plugin.minAppVersion,
    max_app_version: plugin.maxAppVersion,
    statement_sha256: trust?.statementSha256 ?? null,
    statement_key_id: trust?.publisherKeyId ?? null,
    publication: trust?.publication ?? null,
    receipt: trust === null ? null : JSON.stringify({ signatures: [{ keyId: trust.receiptKeyId }] }),
    receipt_sha256: trust?.receiptSha256 ?? null,
    delivery: plugin.delivery,
    expected_checks: "{}",
    uploaded_by: "account:1",
    downloads: row.downloads,
    created_at: row.releasedAt,
    published_at: row.releasedAt,
  };
}

async function insert(db: Database, table: string, row: Readonly<Record<string, unknown>>): Promise<number> {
  const columns = Object.keys(row);
  const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
  const { meta } = await db
    .prepare(sql)
    .bind(...Object.values(row))
    .run();
  return meta.last_row_id;
}
