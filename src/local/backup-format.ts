import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { LaunchError } from "./data-folder.ts";

const HEX_256 = z.string().regex(/^[0-9a-f]{64}$/);
const FILE = z.strictObject({ size: z.int().min(0), sha256: HEX_256 });

/** `backup.json`: what a backup holds, so that it is known to be whole before anything of it is put back. */
export const BACKUP = z.strictObject({
  type: z.literal("rbsm-backup/1"),
  marketplace: z.string(),
  createdAt: z.iso.datetime(),
  /** Highest version of the update repository in it; 0 before the first. */
  tufVersion: z.int().min(0),
  /** Newest migration in it. */
  migration: z.string(),
  database: FILE,
  objects: z.array(
    FILE.extend({
      key: z.string(),
      httpMetadata: z.record(z.string(), z.string()),
      customMetadata: z.record(z.string(), z.string()),
    }),
  ),
  /** Values and files of installations: local backups only, see the guide. */
  installations: z.array(FILE.extend({ path: z.string() })),
  /** Secrets and offline folders, sealed; null: they were left out. */
  keys: FILE.nullable(),
});
export type Backup = z.infer<typeof BACKUP>;
export type BackedUpFile = z.infer<typeof FILE>;

export const FILES = { index: "backup.json", database: "database.sql", keys: "keys.sealed" } as const;

/** Where an object lies in a backup: by the digest of its bytes, so that what is there twice is kept once. */
export function objectFile(folder: string, sha256: string): string {
  return path.join(folder, "objects", sha256.slice(0, 2), sha256);
}

export function installationFile(folder: string, name: string): string {
  return path.join(folder, "installations", name);
}

export function describe(bytes: Uint8Array): BackedUpFile {
  return { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Reads the index and proves every file it names; throws a {@link LaunchError} that names the first that is not whole. */
export async function readBackup(folder: string): Promise<Backup> {
  const text = await readFile(path.join(folder, FILES.index), "utf8").catch(() => null);
  if (text === null)
    throw new LaunchError(`${folder} holds no ${FILES.index}: it is no backup, or one that was never finished.`);
  const parsed = BACKUP.safeParse(parseOrNull(text));
  if (!parsed.success) throw new LaunchError(`${FILES.index} is not of the form rbsm-backup/1.`);
  const backup = parsed.data;
  await prove(path.join(folder, FILES.database), backup.database);
  for (const object of backup.objects) await prove(objectFile(folder, object.sha256), object);
  for (const file of backup.installations) await prove(installationFile(folder, file.path), file);
  if (backup.keys !== null) await prove(path.join(folder, FILES.keys), backup.keys);
  return backup;
}

async function prove(file: string, said: BackedUpFile): Promise<void> {
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) throw new LaunchError(`${file} is missing: this backup is not whole, nothing was put back.`);
  const { size, sha256 } = describe(bytes);
  if (size !== said.size || sha256 !== said.sha256)
    throw new LaunchError(`${file} is not what was backed up: nothing was put back.`);
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
