import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { putForwardSql, versionFloor } from "../storage/operations/put-forward.ts";
import { type Backup, FILES, installationFile, objectFile, readBackup } from "./backup-format.ts";
import { openWithPassphrase } from "./backup-seal.ts";
import { openLocalStores, openRemoteStores, type Stores } from "./backup-stores.ts";
import { LaunchError, openDataFolder, releaseDataFolder } from "./data-folder.ts";
import { ROOT } from "./root.ts";

const HELP = `npm run restore -- --from DIR [options]

  --from DIR       a backup
  --data DIR       an empty data folder on this machine (default .local)
  --remote         the Cloudflare account that wrangler is logged in to, instead; its database must be empty
  --help           this text

  Keys are opened with the passphrase in RBSM_BACKUP_PASSPHRASE; without one they stay where they are.`;

export interface RestoreOptions {
  readonly stores: Stores;
  readonly from: string;
  /** Where files of Durable Objects go; null: not here. */
  readonly objects: string | null;
  /** Unix milliseconds. */
  readonly now: number;
}

/**
 * Puts a backup back into empty stores: proved whole first, then objects, then rows – a row never names bytes that are not
 * there – and at last every number skips ahead of what may have been said since the backup.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Backup> {
  const { stores, from } = options;
  const backup = await readBackup(from);
  const [tables] = await stores.query<{ count: number }>(
    "SELECT count(*) AS count FROM sqlite_master WHERE type = 'table' AND name = 'accounts'",
  );
  if ((tables?.count ?? 0) > 0)
    throw new LaunchError("There is a database already: a backup is put back into an empty place.");
  await putObjects(stores, backup, from);
  if (options.objects !== null)
    for (const file of backup.installations) {
      const place = path.join(options.objects, file.path);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, await readFile(installationFile(from, file.path)));
    }
  await stores.runSql(path.join(from, FILES.database));
  await stores.migrate();
  await putForward(stores, backup, options.now);
  return backup;
}

async function putObjects({ bucket }: Stores, { objects }: Backup, from: string): Promise<void> {
  for (const { key, sha256, httpMetadata, customMetadata } of objects) {
    const bytes = await readFile(objectFile(from, sha256));
    await bucket.put(key, bytes, { httpMetadata, customMetadata, sha256 });
  }
}

async function putForward(stores: Stores, { createdAt, tufVersion }: Backup, nowMs: number): Promise<void> {
  const at = Math.floor(nowMs / 1000);
  const backupAt = Math.floor(Date.parse(createdAt) / 1000);
  const sql = putForwardSql({ at, backupAt, versionFloor: versionFloor(tufVersion, backupAt, at) });
  const folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-restore-"));
  try {
    const file = path.join(folder, "forward.sql");
    await writeFile(file, sql);
    await stores.runSql(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts the keys of a backup below a folder, readable by the owner alone. Paths never leave it. */
export async function restoreKeys(from: string, root: string, passphrase: string): Promise<number> {
  const text = Buffer.from(
    await openWithPassphrase(await readFile(path.join(from, FILES.keys)), passphrase),
  ).toString();
  const files = Object.entries(JSON.parse(text) as Record<string, string>);
  for (const [name, base64] of files) {
    const file = path.resolve(root, name);
    if (!file.startsWith(root + path.sep)) throw new LaunchError(`The backup names a key outside its folder: ${name}`);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, Buffer.from(base64, "base64"), { mode: 0o600 });
  }
  return files.length;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: "string" },
      data: { type: "string", default: ".local" },
      remote: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help || values.from === undefined) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const from = path.resolve(values.from);
  const root = path.resolve(values.data);
  if (!values.remote && existsSync(path.join(root, "state")) && (await readdir(path.join(root, "state"))).length > 0)
    throw new LaunchError(`${root} holds data already: a backup is put back into an empty folder (--data).`);
  const folder = values.remote ? null : await openDataFolder(root, { fresh: false });
  try {
    const stores =
      folder === null ? await openRemoteStores(path.join(ROOT, "wrangler.toml")) : await openLocalStores(folder.state);
    try {
      const objects = folder === null ? null : path.join(folder.state, "do");
      const backup = await restoreBackup({ stores, from, objects, now: Date.now() });
      const passphrase = process.env.RBSM_BACKUP_PASSPHRASE ?? "";
      const hasKeys = backup.keys !== null && passphrase !== "";
      const count = hasKeys ? await restoreKeys(from, root, passphrase) : 0;
      console.log(
        `Restored what was backed up at ${backup.createdAt}: ${backup.objects.length} objects, ${count} key files.`,
      );
      console.log("Next: start it, rebuild the search index (POST /v1/desk/search/rebuild), and look at /v1/status.");
    } finally {
      await stores.close();
    }
  } finally {
    if (folder !== null) await releaseDataFolder(folder.root);
  }
}

if (process.argv[1] === import.meta.filename) {
  await main().catch((error: unknown) => {
    console.error(error instanceof LaunchError ? error.message : error);
    process.exitCode = 1;
  });
  process.exit();
}
