import { sha256Hex } from "../domain/digest.ts";

const MAX_KEPT = 64;
const kept = new Map<string, string>();

/**
 * The verified text of a plugin's module. Content-addressed, so one copy serves every installation. `wrong_digest` comes
 * before the loader ever sees the text: a name whose first code failed keeps failing.
 */
export async function verifiedModule(sha256: string, text: string | undefined): Promise<VerifiedModule> {
  const known = kept.get(sha256);
  if (known !== undefined) return { ok: true, text: known };
  if (text === undefined) return { ok: false, why: "absent" };
  if ((await sha256Hex(text)) !== sha256) return { ok: false, why: "wrong_digest" };
  kept.set(sha256, text);
  const oldest = kept.size > MAX_KEPT ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  return { ok: true, text };
}

type VerifiedModule =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly why: "absent" | "wrong_digest" };
