import { DAY } from "../../domain/time.ts";

/**
 * An instance that has, or had, the plugin installed for at least a day, and is not run by people of its publisher: nobody praises
 * or votes for what is their own. The arguments are SQL.
 */
export function VERIFIED_BY(plugin: string, instance: string, at: string): string {
  return `EXISTS (SELECT 1 FROM activations a JOIN licenses l ON l.id = a.license_id
      WHERE a.instance_id = ${instance} AND l.plugin_id = ${plugin}
        AND coalesce(a.released_at, ${at}) - a.granted_at >= ${DAY})
    AND NOT EXISTS (SELECT 1 FROM instances i JOIN publisher_members m ON m.account_id = i.account_id
      JOIN plugins own ON own.publisher_id = m.publisher_id WHERE i.id = ${instance} AND own.id = ${plugin})`;
}

/** The mean of all that are neither held nor removed. Nothing is written where nothing changed. */
export function recount(db: D1Database, plugin: number): D1PreparedStatement[] {
  const counted = "FROM reviews WHERE plugin_id = ?1 AND held_at IS NULL AND removed_at IS NULL";
  return [
    db
      .prepare(
        `UPDATE plugins SET rev = rev + 1,
           rating_count = (SELECT count(*) ${counted}),
           rating_sum = (SELECT coalesce(sum(rating), 0) ${counted}),
           rating = (SELECT coalesce(avg(rating), 0) ${counted})
         WHERE id = ?1 AND (rating_count <> (SELECT count(*) ${counted})
           OR rating_sum <> (SELECT coalesce(sum(rating), 0) ${counted}))`,
      )
      .bind(plugin),
  ];
}
