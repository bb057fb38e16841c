import { env } from "cloudflare:workers";
import { encodeUtf8 } from "../../../src/domain/bytes.ts";
import { sha256Hex } from "../../../src/domain/digest.ts";
import { versionSort } from "../../../src/domain/release/version.ts";

/** A published plugin as publication leaves its rows, for tests that need many of them. */
export interface Seed {
  readonly name: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly readme?: string;
  readonly tags?: readonly string[];
  readonly type?: string;
  readonly category?: string;
  readonly publisher?: string;
  readonly domain?: string;
  readonly versions?: readonly {
    readonly version: string;
    readonly minAppVersion?: string;
    readonly maxAppVersion?: string;
  }[];
  readonly permissions?: readonly string[];
  readonly egress?: readonly string[];
  readonly tiers?: readonly { readonly id: string; readonly price: number | null }[];
  readonly trialDays?: number;
  readonly downloads?: number;
  readonly ratings?: { readonly count: number; readonly sum: number };
  readonly publishedAt?: number;
  readonly listed?: boolean;
  readonly published?: boolean;
}

const NOW = Math.floor(Date.now() / 1000);

async function one(sql: string, ...values: (string | number | null)[]): Promise<number> {
  const id = await env.DB.prepare(sql)
    .bind(...values)
    .first<number>("id");
  if (id === null) throw new Error(sql);
  return id;
}

/** Writes it in the order of a publication, triggers and all; answers the plugin's id. */
export async function seed(plugin: Seed): Promise<number> {
  const handle = plugin.publisher ?? "acme";
  const publishedAt = plugin.publishedAt ?? NOW;
  const publisher = await one(
    `INSERT INTO publishers (handle, display_name, verified_domain, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET display_name = excluded.display_name RETURNING id`,
    handle,
    handle.toUpperCase(),
    plugin.domain ?? null,
    NOW,
  );
  const { count = 0, sum = 0 } = plugin.ratings ?? {};
  const tiers = (plugin.tiers ?? [{ id: "free", price: 0 }]).map((tier) => ({
    ...tier,
    interval: tier.price === 0 ? "none" : "month",
    features: ["All"],
    limits: { installs: 3, apiCalls: 1000, storageMiB: 10, users: null },
  }));
  const id = await one(
    `INSERT INTO plugins (uuid, name, publisher_id, display_name, description, category, type, tags, pricing, trial_days,
       downloads, rating_count, rating_sum, rating, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    crypto.randomUUID(),
    plugin.name,
    publisher,
    plugin.displayName ?? plugin.name,
    plugin.description ?? "Does what its name says, every day.",
    plugin.category ?? "other",
    plugin.type ?? "ui",
    JSON.stringify(plugin.tags ?? []),
    JSON.stringify({ currency: "EUR", tiers }),
    plugin.trialDays ?? 0,
    plugin.downloads ?? 0,
    count,
    sum,
    count === 0 ? 0 : sum / count,
    publishedAt,
    publishedAt,
  );
  let publication = 0;
  for (const { version, minAppVersion = "0.1.0", maxAppVersion } of plugin.versions ?? [{ version: "1.0.0" }]) {
    const manifest = {
      license: "MIT",
      security: "security@example.org",
      support: { email: "help@example.org" },
      permissions: (plugin.permissions ?? []).map((code) => ({
        code,
        description: "Needs it to work.",
        required: true,
      })),
      egress: (plugin.egress ?? []).map((host) => ({ host, reason: "Sends what it must send." })),
      dependencies: {},
      changes: ["First"],
    };
    const release = await one(
      `INSERT INTO releases (plugin_id, version, version_sort, channel, state, sha256, sha512, size, manifest, manifest_sha256,
         capabilities_sha256, closure_digest, readme, min_app_version, max_app_version, delivery, expected_checks, uploaded_by,
         created_at)
       VALUES (?, ?, ?, 'stable', 'review', ?, 'x', 100, ?, 'm', 'c', 'd', ?, ?, ?, 'public', '{}', 'account:1', ?) RETURNING id`,
      id,
      version,
      versionSort(version),
      await sha256Hex(encodeUtf8(`${plugin.name}@${version}`)),
      JSON.stringify(manifest),
      plugin.readme ?? "",
      minAppVersion,
      maxAppVersion ?? null,
      publishedAt,
    );
    if (plugin.published === false) return id;
    publication++;
    await env.DB.batch([
      env.DB.prepare("UPDATE releases SET state = 'published', publication = ?, published_at = ? WHERE id = ?").bind(
        publication,
        publishedAt,
        release,
      ),
      env.DB.prepare(
        `UPDATE plugins SET publications = ?1, listed = ?2, latest_release_id = (SELECT id FROM releases
           WHERE plugin_id = ?3 AND state = 'published' ORDER BY version_sort DESC LIMIT 1) WHERE id = ?3`,
      ).bind(publication, plugin.listed === false ? 0 : 1, id),
    ]);
  }
  return id;
}
