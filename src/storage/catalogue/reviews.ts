import { desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { CatalogueStore, NewReview } from "../../market/catalogue/ports.ts";
import { pluginReviewedWebhook } from "../account/webhook-outbox.ts";
import { plugins, reviews } from "./schema.ts";

export async function readReviews(
  db: D1Database,
  pluginId: string,
  page: number,
  limit: number,
): ReturnType<CatalogueStore["reviews"]> {
  const id = Number(pluginId);
  const orm = drizzle(db);
  const [rows, counts] = await orm.batch([
    orm
      .select({
        id: reviews.id,
        userId: reviews.userId,
        userName: reviews.userName,
        rating: reviews.rating,
        title: reviews.title,
        comment: reviews.comment,
        createdAt: reviews.createdAt,
      })
      .from(reviews)
      .where(eq(reviews.pluginId, id))
      .orderBy(desc(reviews.id))
      .limit(limit)
      .offset((page - 1) * limit),
    orm.select({ total: plugins.ratingCount }).from(plugins).where(eq(plugins.id, id)),
  ]);
  return { items: rows.map((row) => ({ ...row, id: String(row.id) })), total: counts[0]?.total ?? 0 };
}

/** The instance must hold a license or an installation of the plugin; the mean is recounted in the same batch. */
export async function insertReview(
  db: D1Database,
  review: NewReview,
  at: number,
): ReturnType<CatalogueStore["writeReview"]> {
  const plugin = Number(review.pluginId);
  const instance = Number(review.instanceId);
  const [written] = await db.batch<{ id: number; created_at: number; updated_at: number; is_new: number }>([
    db
      .prepare(
        `INSERT INTO reviews (plugin_id, instance_id, user_id, user_name, rating, title, comment, created_at, updated_at)
         SELECT p.id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8 FROM plugins p
         WHERE p.id = ?1 AND p.latest_release_id IS NOT NULL
           AND EXISTS (SELECT 1 FROM licenses l WHERE l.instance_id = ?2 AND l.plugin_id = ?1)
         ON CONFLICT (plugin_id, instance_id, user_id) DO UPDATE SET
           user_name = excluded.user_name, rating = excluded.rating, title = excluded.title, comment = excluded.comment,
           updated_at = excluded.updated_at
         RETURNING id, created_at, updated_at`,
      )
      .bind(plugin, instance, review.userId, review.userName, review.rating, review.title, review.comment, at),
    db
      .prepare(
        `UPDATE plugins SET rev = rev + 1,
           rating_count = (SELECT count(*) FROM reviews WHERE plugin_id = ?1),
           rating_sum = (SELECT coalesce(sum(rating), 0) FROM reviews WHERE plugin_id = ?1),
           rating = (SELECT coalesce(avg(rating), 0) FROM reviews WHERE plugin_id = ?1)
         WHERE id = ?1 AND EXISTS (SELECT 1 FROM reviews WHERE plugin_id = ?1 AND updated_at = ?2)`,
      )
      .bind(plugin, at),
    pluginReviewedWebhook(db, review.pluginId, at),
  ]);
  const row = written?.results[0];
  return row === undefined ? null : { id: String(row.id), isNew: row.created_at === row.updated_at };
}
