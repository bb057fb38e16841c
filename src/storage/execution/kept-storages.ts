import { DAY } from "../../domain/time.ts";
import type { KeptStorages } from "../../market/execution/pull-ports.ts";
import { STORAGE_OF } from "./installations.ts";

/** Sweeps come every minute; one that was missed is made up within this time. */
const LOOK_BACK = 30 * DAY;

export function createKeptStorages(db: D1Database): KeptStorages {
  return {
    async abandoned(before, limit) {
      const { results } = await db
        .prepare(
          `WITH gone AS (
             SELECT a.id, ${STORAGE_OF} AS storage_id, a.instance_id, l.plugin_id, a.device_id, a.hardware_id, a.released_at
             FROM activations a JOIN licenses l ON l.id = a.license_id WHERE a.released_at <= ?1 AND a.released_at > ?1 - ${LOOK_BACK})
           SELECT storage_id, json_group_array(id) AS ids FROM gone g
           WHERE NOT EXISTS (SELECT 1 FROM activations o JOIN licenses ol ON ol.id = o.license_id
               WHERE o.instance_id = g.instance_id AND ol.plugin_id = g.plugin_id
                 AND (o.device_id = g.device_id OR o.hardware_id = g.hardware_id)
                 AND (o.released_at IS NULL OR o.released_at > ?1))
             AND NOT EXISTS (SELECT 1 FROM storage_erasures e WHERE e.storage_id = g.storage_id
               AND e.why = 'uninstalled' AND e.erased_at > g.released_at)
           GROUP BY storage_id LIMIT ?2`,
        )
        .bind(before, limit)
        .all<{ storage_id: string; ids: string }>();
      return results.map(({ storage_id, ids }) => ({
        storageId: storage_id,
        activationIds: JSON.parse(ids) as string[],
      }));
    },

    async noteErased(storageId, why, now) {
      await db
        .prepare(
          `INSERT INTO storage_erasures (storage_id, erased_at, why) VALUES (?1, ?2, ?3)
           ON CONFLICT (storage_id) DO UPDATE SET erased_at = ?2, why = ?3`,
        )
        .bind(storageId, now, why)
        .run();
    },
  };
}
