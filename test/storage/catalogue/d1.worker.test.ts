import { env } from "cloudflare:workers";
import { sha256Hex } from "../../../src/domain/digest.ts";
import { bundlesOnR2 } from "../../../src/storage/bundles.ts";
import { deliveriesOn } from "../../../src/storage/catalogue/delivery.ts";
import { deliveryContract } from "./deliveries.contract.ts";

async function insert(sql: string, ...values: (string | number | null)[]): Promise<number> {
  return Number(
    await env.DB.prepare(`${sql} RETURNING id`)
      .bind(...values)
      .first<number>("id"),
  );
}

deliveryContract("on D1 and R2", async () => {
  const account = await insert("INSERT INTO accounts (name, created_at) VALUES ('x', 1)");
  const instance = () =>
    insert(
      `INSERT INTO instances (account_id, name, url, app_version, webhook_url, api_url, api_key, api_secret_sealed, webhook_secret_sealed, created_at)
       VALUES (?, 'x', 'x', '0.1.0', 'x', 'x', ?, 'x', 'x', 1)`,
      account,
      crypto.randomUUID(),
    );
  const cached = { fetch: async () => new Response(null, { status: 404 }) };
  return {
    deliveries: deliveriesOn(env.DB, env.BUNDLES, cached),
    instances: [String(await instance()), String(await instance())],
    async addPlugin(name, releases) {
      const publisher = await insert(
        "INSERT INTO publishers (handle, display_name, created_at) VALUES (?, 'x', 1)",
        `by-${name}`,
      );
      const plugin = await insert(
        `INSERT INTO plugins (uuid, name, publisher_id, display_name, description, category, type, pricing, created_at, updated_at)
         VALUES (?, ?, ?, 'x', 'x', 'other', 'ui', '{"currency":"EUR","tiers":[]}', 1, 1)`,
        crypto.randomUUID(),
        name,
        publisher,
      );
      const made = [];
      for (const release of releases) {
        const sha256 = await sha256Hex(release.bytes);
        await bundlesOnR2(env.BUNDLES).putOnce("bundle", sha256, release.bytes);
        const id = await insert(
          `INSERT INTO releases (plugin_id, version, version_sort, channel, state, sha256, sha512, size, manifest, manifest_sha256,
             capabilities_sha256, closure_digest, min_app_version, delivery, expected_checks, uploaded_by, created_at, published_at)
           VALUES (?, ?, ?, 'stable', ?, ?, 'x', ?, '{}', 'm', 'c', 'd', '0.1.0', ?, '{}', 'account:1', 1, ?)`,
          plugin,
          release.version,
          release.versionSort,
          release.state,
          sha256,
          release.bytes.length,
          release.delivery,
          release.publishedAt,
        );
        made.push({ id: String(id), sha256 });
      }
      await env.DB.prepare(
        `UPDATE plugins SET latest_release_id = (SELECT id FROM releases WHERE plugin_id = ?1 AND state = 'published'
           ORDER BY version_sort DESC LIMIT 1) WHERE id = ?1`,
      )
        .bind(plugin)
        .run();
      return { pluginId: String(plugin), releases: made };
    },
    countOf: async (releaseId) =>
      Number(
        await env.DB.prepare("SELECT sum(count) AS n FROM download_days WHERE release_id = ?")
          .bind(Number(releaseId))
          .first("n"),
      ),
  };
});
