import { DAY } from "../../domain/time.ts";
import type { NewReview } from "../../market/catalogue/ports.ts";
import type { FoundReview, ReviewStore } from "../../market/catalogue/review-ports.ts";
import { pluginReviewedWebhook } from "../account/webhook-outbox.ts";
import { decideReview, readReviewCases } from "./review-desk.ts";
import { REVIEW_COLUMNS, type ReviewSqlRow, readReviewRow } from "./review-rows.ts";
import { recount, VERIFIED_BY } from "./review-rules.ts";

/** Reviews on D1. */
export function createReviewStore(db: D1Database): ReviewStore {
  return {
    list: (pluginId, page, limit) => readReviews(db, pluginId, page, limit),
    write: (review, at) => writeReview(db, review, at),
    async find(pluginId, reviewId) {
      const row = await db
        .prepare(
          `SELECT r.id, r.plugin_id, r.instance_id, p.publisher_id FROM reviews r JOIN plugins p ON p.id = r.plugin_id
           WHERE r.id = ? AND r.plugin_id = ? AND r.removed_at IS NULL`,
        )
        .bind(Number(reviewId), Number(pluginId))
        .first<{ id: number; plugin_id: number; instance_id: number; publisher_id: number }>();
      if (row === null) return null;
      const { id, plugin_id, instance_id, publisher_id } = row;
      return {
        id: String(id),
        pluginId: String(plugin_id),
        instanceId: String(instance_id),
        publisherId: String(publisher_id),
      };
    },
    async reply(reviewId, text, actor, at) {
      const [replied] = await db.batch<{ id: number }>([
        db
          .prepare(
            "UPDATE reviews SET reply = ?, replied_at = ? WHERE id = ? AND reply IS NULL AND removed_at IS NULL RETURNING id",
          )
          .bind(text, at, Number(reviewId)),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
             SELECT ?, ?, ?, 'review.answered', 'review', ? WHERE changes() = 1`,
          )
          .bind(at, actor.kind, actor.id, reviewId),
      ]);
      return replied?.results.length === 1;
    },
    vote: (review, instanceId, isHelpful, at) => vote(db, review, instanceId, isHelpful, at),
    async report(reviewId, { kind, text }, actor, at) {
      await db
        .prepare(
          `INSERT INTO review_reports (review_id, kind, text, reporter, at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (review_id, reporter) WHERE state = 'open' DO UPDATE SET kind = excluded.kind, text = excluded.text`,
        )
        .bind(Number(reviewId), kind, text, `${actor.kind}:${actor.id}`, at)
        .run();
    },
    queue: (limit) => readReviewCases(db, limit),
    decide: (review, decision, at) => decideReview(db, review, decision, at),
  };
}

async function readReviews(
  db: D1Database,
  pluginId: string,
  page: number,
  limit: number,
): ReturnType<ReviewStore["list"]> {
  const id = Number(pluginId);
  const shown = "r.plugin_id = ?1 AND r.removed_at IS NULL";
  const [rows, counts] = await db.batch<ReviewSqlRow & { total: number }>([
    db
      .prepare(`SELECT ${REVIEW_COLUMNS} FROM reviews r WHERE ${shown} ORDER BY r.id DESC LIMIT ?2 OFFSET ?3`)
      .bind(id, limit, (page - 1) * limit),
    db.prepare(`SELECT count(*) AS total FROM reviews r WHERE ${shown}`).bind(id),
  ]);
  return { items: (rows?.results ?? []).map(readReviewRow), total: counts?.results[0]?.total ?? 0 };
}

/** The version is that of the newest installation; a removed review cannot be written anew. */
async function writeReview(db: D1Database, review: NewReview, at: number): ReturnType<ReviewStore["write"]> {
  const plugin = Number(review.pluginId);
  const instance = Number(review.instanceId);
  const [before, written] = await db.batch<{ id: number }>([
    db
      .prepare("SELECT id FROM reviews WHERE plugin_id = ? AND instance_id = ? AND user_id = ?")
      .bind(plugin, instance, review.userId),
    db
      .prepare(
        `INSERT INTO reviews (plugin_id, instance_id, user_id, user_name, rating, title, comment, version, created_at, updated_at)
         SELECT p.id, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT a.version FROM activations a JOIN licenses l ON l.id = a.license_id
             WHERE a.instance_id = ?2 AND l.plugin_id = ?1 ORDER BY a.released_at IS NULL DESC, a.last_seen_at DESC LIMIT 1), ?8, ?8
         FROM plugins p
         WHERE p.id = ?1 AND p.latest_release_id IS NOT NULL AND ${VERIFIED_BY("?1", "?2", "?8")}
         ON CONFLICT (plugin_id, instance_id, user_id) DO UPDATE SET
           user_name = excluded.user_name, rating = excluded.rating, title = excluded.title, comment = excluded.comment,
           version = excluded.version, updated_at = excluded.updated_at
         WHERE reviews.removed_at IS NULL
         RETURNING id`,
      )
      .bind(plugin, instance, review.userId, review.userName, review.rating, review.title, review.comment, at),
    holdBurst(db, plugin, at),
    ...recount(db, plugin),
    pluginReviewedWebhook(db, review.pluginId, at),
  ]);
  const row = written?.results[0];
  return row === undefined ? null : { id: String(row.id), isNew: before?.results.length === 0 };
}

/** More than five times the usual of a day, which is one at least: all of that day are held until somebody looked. */
function holdBurst(db: D1Database, plugin: number, at: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE reviews SET held_at = ?2 WHERE plugin_id = ?1 AND created_at > ?2 - ${DAY} AND held_at IS NULL
         AND looked_at IS NULL AND removed_at IS NULL
         AND (SELECT count(*) FROM reviews WHERE plugin_id = ?1 AND created_at > ?2 - ${DAY} AND looked_at IS NULL) >
           5 * max(1.0, (SELECT count(*) FROM reviews WHERE plugin_id = ?1 AND created_at <= ?2 - ${DAY}
             AND created_at > ?2 - ${91 * DAY}) / 90.0)`,
    )
    .bind(plugin, at);
}

async function vote(
  db: D1Database,
  review: FoundReview,
  instanceId: string,
  isHelpful: boolean,
  at: number,
): Promise<boolean> {
  const id = Number(review.id);
  const count = (value: 0 | 1) =>
    `(SELECT count(*) FROM review_votes v WHERE v.review_id = reviews.id AND v.is_helpful = ${value})`;
  const [voted] = await db.batch<{ review_id: number }>([
    db
      .prepare(
        `INSERT INTO review_votes (review_id, instance_id, is_helpful, at)
         SELECT r.id, ?2, ?3, ?4 FROM reviews r
         WHERE r.id = ?1 AND r.removed_at IS NULL AND r.instance_id <> ?2 AND ${VERIFIED_BY("r.plugin_id", "?2", "?4")}
         ON CONFLICT DO UPDATE SET is_helpful = excluded.is_helpful, at = excluded.at RETURNING review_id`,
      )
      .bind(id, Number(instanceId), isHelpful ? 1 : 0, at),
    db.prepare(`UPDATE reviews SET helpful = ${count(1)}, not_helpful = ${count(0)} WHERE id = ?`).bind(id),
  ]);
  return voted?.results.length === 1;
}
