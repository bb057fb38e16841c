import type { InstalledVersions } from "../../market/resolve/ports.ts";

/** Installations on D1, read by instance: however many a plugin has elsewhere does not count. */
export function installedVersionsOnD1(db: D1Database): InstalledVersions {
  return {
    async needsOf({ instanceId, pluginId, version }) {
      const [wanted, had] = await db.batch<{ plugin: string; name: string; range: string; version: string }>([
        db
          .prepare(
            `SELECT p.name AS plugin, d.key AS name, d.value AS range FROM releases r
             JOIN plugins p ON p.id = r.plugin_id JOIN json_each(r.manifest, '$.dependencies') d
             WHERE r.plugin_id = ?1 AND r.version = ?2 AND r.state IN ('published', 'deprecated', 'yanked')
             ORDER BY d.key`,
          )
          .bind(Number(pluginId), version),
        db
          .prepare(
            `SELECT p.name, a.version FROM activations a JOIN licenses l ON l.id = a.license_id
             JOIN plugins p ON p.id = l.plugin_id WHERE a.instance_id = ?1 AND a.released_at IS NULL ORDER BY a.granted_at`,
          )
          .bind(Number(instanceId)),
      ]);
      const rows = wanted?.results ?? [];
      const installed = (name: string) =>
        (had?.results ?? []).filter((row) => row.name === name).map((row) => row.version);
      return {
        name: rows[0]?.plugin ?? "",
        needs: rows.map(({ name, range }) => ({ name, range, installed: [...new Set(installed(name))] })),
      };
    },
  };
}
