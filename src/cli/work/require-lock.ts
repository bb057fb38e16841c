import path from "node:path";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { LOCK_FILE, type Lock, readLock } from "./lock-file.ts";

/** The lock of a folder that must have one. */
export async function requireLock(folder: string): Promise<Outcome<Lock>> {
  const file = path.join(folder, LOCK_FILE);
  const lock = await readLock(file);
  if (!lock.ok) return lock;
  if (lock.value !== null) return ok(lock.value);
  return {
    ok: false,
    problem: {
      code: "lock_missing",
      kind: "misuse",
      message: `There is no ${file}.`,
      next: "Name a plugin: rbsm install NAME.",
    },
  };
}
