import * as z from "zod";

/** A review as the host reads it, and what it does not know. */
export const REVIEW = z.object({
  id: z.string(),
  userId: z.string(),
  userName: z.string(),
  rating: z.int(),
  title: z.string().optional(),
  comment: z.string(),
  createdAt: z.string(),
  version: z.string().optional(),
  edited: z.boolean().optional(),
  helpful: z.int().optional(),
  notHelpful: z.int().optional(),
  reply: z.object({ text: z.string(), createdAt: z.string() }).optional(),
});
