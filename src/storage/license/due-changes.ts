import type { License } from "../../domain/license/license.ts";
import { dueChange } from "../../domain/license/transitions.ts";
import { changeLicense } from "./write-licenses.ts";

/**
 * A plan change whose day has come is written by whoever reads the license first, so that no answer waits for a sweep. True:
 * read again. Two readers at once write it once: the second finds another `rev`.
 */
export async function applyDue(db: D1Database, license: License | undefined, now: number): Promise<boolean> {
  const patch = license === undefined ? null : dueChange(license, now);
  if (license === undefined || patch === null) return false;
  await changeLicense(db, {
    license,
    patch,
    kind: "license.downgraded",
    data: { from: license.type, to: patch.type ?? license.type },
    actor: { kind: "system", id: null },
    op: `op_${crypto.randomUUID()}`,
    now,
  });
  return true;
}
