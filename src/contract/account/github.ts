import * as z from "zod";

/** What is read of GitHub's answers (docs.github.com, OAuth apps and REST users). */
export const GITHUB_TOKEN = z.object({ access_token: z.string().min(1) });
export const GITHUB_USER = z.object({ id: z.int().positive(), login: z.string().max(100) });
export const GITHUB_EMAILS = z
  .array(z.object({ email: z.email(), primary: z.boolean(), verified: z.boolean() }))
  .max(1_000);
