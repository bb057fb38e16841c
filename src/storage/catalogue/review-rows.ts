import type { ReviewRow } from "../../market/catalogue/views.ts";

/** A review `r` as it is shown. */
export const REVIEW_COLUMNS = `r.id, r.user_id, r.user_name, r.rating, r.title, r.comment, r.version, r.created_at, r.helpful,
  r.not_helpful, r.reply, r.replied_at, EXISTS (SELECT 1 FROM review_edits e WHERE e.review_id = r.id) AS is_edited`;

export interface ReviewSqlRow {
  readonly id: number;
  readonly user_id: string;
  readonly user_name: string;
  readonly rating: number;
  readonly title: string;
  readonly comment: string;
  readonly version: string;
  readonly created_at: number;
  readonly helpful: number;
  readonly not_helpful: number;
  readonly reply: string | null;
  readonly replied_at: number | null;
  readonly is_edited: number;
}

export function readReviewRow(row: ReviewSqlRow): ReviewRow {
  return {
    id: String(row.id),
    userId: row.user_id,
    userName: row.user_name,
    rating: row.rating,
    title: row.title,
    comment: row.comment,
    version: row.version,
    createdAt: row.created_at,
    isEdited: row.is_edited === 1,
    helpful: row.helpful,
    notHelpful: row.not_helpful,
    reply: row.reply === null ? null : { text: row.reply, createdAt: row.replied_at ?? 0 },
  };
}
