import type { LicensePatch } from "../../domain/license/transitions.ts";
import type { DefinedEntitlement, EntitlementStore } from "../../market/license/entitlement-ports.ts";

/** What the plugins of publishers can grant. */
export function createEntitlementStore(db: D1Database): EntitlementStore {
  return {
    async defined(pluginId) {
      const { results } = await db
        .prepare("SELECT code, kind, title FROM plugin_entitlements WHERE plugin_id = ?1 ORDER BY code")
        .bind(Number(pluginId))
        .all<DefinedEntitlement>();
      return results;
    },
    async define(pluginId, entitlements) {
      await db.batch([
        db.prepare("DELETE FROM plugin_entitlements WHERE plugin_id = ?1").bind(Number(pluginId)),
        db
          .prepare(
            `INSERT INTO plugin_entitlements (plugin_id, code, kind, title)
            SELECT ?1, json_extract(w.value, '$.code'), json_extract(w.value, '$.kind'), json_extract(w.value, '$.title')
            FROM json_each(?2) w`,
          )
          .bind(Number(pluginId), JSON.stringify(entitlements)),
      ]);
    },
  };
}

/** Rights and limits of one license, under the act that wrote its row. */
export function adjustRights(
  db: D1Database,
  { entitlement, limit }: LicensePatch,
  id: number,
  op: string,
): D1PreparedStatement[] {
  const mine = "EXISTS (SELECT 1 FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2)";
  const statements: D1PreparedStatement[] = [];
  if (entitlement !== undefined && entitlement.grant === null)
    statements.push(
      db
        .prepare(
          `DELETE FROM license_entitlements WHERE license_id = ?1 AND code = ?3 AND source <> 'tier' AND ${mine}`,
        )
        .bind(id, op, entitlement.code),
    );
  if (entitlement?.grant)
    statements.push(
      db
        .prepare(
          `INSERT INTO license_entitlements (license_id, code, source, value, starts_at, ends_at)
          SELECT l.id, ?3, ?4, ?5, ?6, ?7 FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2
          ON CONFLICT (license_id, code) DO UPDATE SET source = excluded.source, value = excluded.value,
            starts_at = excluded.starts_at, ends_at = excluded.ends_at WHERE source <> 'tier'`,
        )
        .bind(
          id,
          op,
          entitlement.code,
          entitlement.grant.source,
          entitlement.grant.value,
          entitlement.grant.startsAt,
          entitlement.grant.endsAt,
        ),
    );
  if (limit !== undefined)
    statements.push(
      db
        .prepare(
          `INSERT INTO license_limits (license_id, metric, cap) SELECT l.id, ?3, CAST(?4 AS INTEGER)
          FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2
          ON CONFLICT (license_id, metric) DO UPDATE SET cap = excluded.cap`,
        )
        .bind(id, op, limit.metric, limit.cap),
    );
  return statements;
}
