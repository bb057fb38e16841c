import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  type Backup,
  describe as describeBytes,
  FILES,
  installationFile,
  objectFile,
  readBackup,
} from "./backup-format.ts";
import { sealWithPassphrase } from "./backup-seal.ts";
import { openLocalStores, openRemoteStores, type Stores } from "./backup-stores.ts";
import { type DataFolder, LaunchError, openDataFolder, releaseDataFolder } from "./data-folder.ts";
import { ROOT } from "./root.ts";

const HELP = `npm run backup -- --out DIR [options]

  --out DIR        where the backup goes; must not exist
  --data DIR       the data folder of a marketplace on this machine (default .local); it must not run meanwhile
  --remote         the marketplace of the Cloudflare account that wrangler is logged in to, instead
  --secrets FILE   with --remote: the file that npm run deploy keeps the secrets in
  --no-keys        leave out secrets and offline keys; nothing that is sealed opens without them
  --help           this text

  Keys are sealed with the passphrase in RBSM_BACKUP_PASSPHRASE.`;

/** Names below a data folder that are keys; sealed as one file. */
export const KEY_PLACES = [
  "secrets.json",
  "root",
  "keyset",
  "license-roots.json",
  "trust.json",
  "keys",
  "operator.json",
] as const;
/** Objects of these classes belong to installations; the update repository and the meters make theirs anew. */
const INSTALLATIONS = "InstallationStorage";

export interface BackupOptions {
  readonly stores: Stores;
  readonly out: string;
  readonly marketplace: string;
  /** Where files of Durable Objects lie; null: not here. */
  readonly objects: string | null;
  /** Files of keys by name; null leaves them out. */
  readonly keys: { readonly files: ReadonlyMap<string, Uint8Array>; readonly passphrase: string } | null;
  readonly now: number;
}

/** Writes everything into a new folder; the index comes last, so an interrupted backup is none. */
export async function takeBackup(options: BackupOptions): Promise<Backup> {
  const { stores, out } = options;
  if (existsSync(out)) throw new LaunchError(`${out} is there already: a backup goes into a new folder.`);
  await mkdir(path.join(out, "objects"), { recursive: true, mode: 0o700 });
  // Rows first: what a row names was stored before it, so every object of these rows is there when they are listed.
  const database = Buffer.from(await stores.exportDatabase());
  await writeFile(path.join(out, FILES.database), database, { mode: 0o600 });
  const [migration] = await stores.query<{ name: string }>("SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1");
  const objects = await copyObjects(stores, out);
  const backup: Backup = {
    type: "rbsm-backup/1",
    marketplace: options.marketplace,
    createdAt: new Date(options.now).toISOString(),
    tufVersion: Math.max(
      0,
      ...objects.map(({ key }) => Number(/^tuf\/m\/([0-9]+)\./.exec(key)?.[1] ?? 0)),
      await timestampVersion(stores),
    ),
    migration: migration?.name ?? "",
    database: describeBytes(database),
    objects,
    installations: options.objects === null ? [] : await copyInstallations(options.objects, out),
    keys: await sealKeys(options, out),
  };
  await writeFile(path.join(out, FILES.index), `${JSON.stringify(backup, null, 2)}\n`, { mode: 0o600 });
  return backup;
}

async function copyObjects({ bucket }: Stores, out: string): Promise<Backup["objects"]> {
  const copied: Backup["objects"] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of page.objects) {
      const object = await bucket.get(key);
      // Deleted since it was listed: nothing names it any more.
      if (object === null) continue;
      const bytes = Buffer.from(await object.arrayBuffer());
      const facts = describeBytes(bytes);
      const file = objectFile(out, facts.sha256);
      await mkdir(path.dirname(file), { recursive: true });
      if (!existsSync(file)) await writeFile(file, bytes, { mode: 0o600 });
      copied.push({
        key,
        ...facts,
        httpMetadata: texts(object.httpMetadata),
        customMetadata: texts(object.customMetadata),
      });
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return copied;
}

async function timestampVersion({ bucket }: Stores): Promise<number> {
  const object = await bucket.get("tuf/m/timestamp.json");
  if (object === null) return 0;
  const { signed } = JSON.parse(Buffer.from(await object.arrayBuffer()).toString()) as { signed: { version: number } };
  return signed.version;
}

async function copyInstallations(objects: string, out: string): Promise<Backup["installations"]> {
  const copied: Backup["installations"] = [];
  const classes = (await readdir(objects).catch(() => [])).filter((name) => name.includes(INSTALLATIONS));
  for (const folder of classes)
    for (const name of (await readdir(path.join(objects, folder))).sort()) {
      const bytes = await readFile(path.join(objects, folder, name));
      const place = `${folder}/${name}`;
      const file = installationFile(out, place);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes, { mode: 0o600 });
      copied.push({ path: place, ...describeBytes(bytes) });
    }
  return copied;
}

async function sealKeys({ keys }: BackupOptions, out: string): Promise<Backup["keys"]> {
  if (keys === null) return null;
  const named = Object.fromEntries(
    [...keys.files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]),
  );
  const sealed = await sealWithPassphrase(Buffer.from(JSON.stringify(named)), keys.passphrase);
  await writeFile(path.join(out, FILES.keys), sealed, { mode: 0o600 });
  return describeBytes(sealed);
}

/** Every file below the places of keys, by its path from the folder. */
export async function readKeys(root: string, places: readonly string[] = KEY_PLACES): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const place of places) {
    const entries = await readdir(path.join(root, place), { recursive: true, withFileTypes: true }).catch(() => null);
    if (entries === null) {
      const bytes = await readFile(path.join(root, place)).catch(() => null);
      if (bytes !== null) files.set(place, bytes);
      continue;
    }
    for (const entry of entries.filter((one) => one.isFile())) {
      const file = path.join(entry.parentPath, entry.name);
      files.set(path.relative(root, file), await readFile(file));
    }
  }
  return files;
}

function texts(metadata: object | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata ?? {}).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      data: { type: "string", default: ".local" },
      remote: { type: "boolean", default: false },
      secrets: { type: "string" },
      keys: { type: "boolean", default: true },
      help: { type: "boolean", short: "h", default: false },
    },
    allowNegative: true,
  });
  if (values.help || values.out === undefined) {
    console.log(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const out = path.resolve(values.out);
  const passphrase = process.env.RBSM_BACKUP_PASSPHRASE ?? "";
  if (values.keys && passphrase === "")
    throw new LaunchError("Set RBSM_BACKUP_PASSPHRASE to seal the keys, or leave them out with --no-keys.");
  const folder: DataFolder | null = values.remote
    ? null
    : await openDataFolder(path.resolve(values.data), { fresh: false });
  try {
    const stores =
      folder === null ? await openRemoteStores(path.join(ROOT, "wrangler.toml")) : await openLocalStores(folder.state);
    try {
      const files = folder === null ? await readRemoteSecrets(values.secrets) : await readKeys(folder.root);
      const marketplace = folder === null ? "remote" : "localhost";
      const objects = folder === null ? null : path.join(folder.state, "do");
      const keys = values.keys ? { files, passphrase } : null;
      const backup = await takeBackup({ stores, out, marketplace, objects, keys, now: Date.now() });
      await readBackup(out);
      console.log(
        `${out}: database ${backup.database.size} bytes, ${backup.objects.length} objects, keys ${backup.keys === null ? "left out" : "sealed"}.`,
      );
    } finally {
      await stores.close();
    }
  } catch (error) {
    await rm(path.join(out, FILES.index), { force: true });
    throw error;
  } finally {
    if (folder !== null) await releaseDataFolder(folder.root);
  }
}

async function readRemoteSecrets(file: string | undefined): Promise<Map<string, Uint8Array>> {
  if (file === undefined)
    throw new LaunchError(
      "Cloudflare gives no secret back: name the file that holds them with --secrets, or use --no-keys.",
    );
  return new Map([["secrets.json", await readFile(file)]]);
}

if (process.argv[1] === import.meta.filename) {
  await main().catch((error: unknown) => {
    console.error(error instanceof LaunchError ? error.message : error);
    process.exitCode = 1;
  });
  process.exit();
}
