import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { sha256Hex } from "../../domain/digest.ts";
import { CHANNELS, type Channel } from "../../domain/manifest/permissions.ts";
import { ok } from "../../domain/result.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import type { Env } from "./config.ts";
import type { LicenseUse } from "./license-use.ts";
import { LOCK_FILE, type Lock, type LockedPlugin, readLock, writeLock } from "./lock-file.ts";
import { type Marketplace, marketplaceName } from "./marketplace.ts";
import { type Claims, type Obtained, obtainRelease } from "./obtain-release.ts";
import { writeWhole } from "./project-files.ts";
import { fetchVersions, fitsApp, type PluginWish, resolveVersion, tellApp } from "./resolve-version.ts";

/** The Rising-BSM this rbsm was made with: what plugins are chosen for where nobody says otherwise. */
export const APP_VERSION = "0.1.0";

export interface Place {
  readonly env: Env;
  readonly marketplace: Marketplace;
  /** Holds `rbsm.lock` and `plugins/`. */
  readonly folder: string;
  /** For what is sold. */
  readonly license?: LicenseUse | null;
  readonly onProgress?: (name: string, received: number, total: number) => void;
}

export interface Installed extends LockedPlugin {
  readonly name: string;
  readonly file: string;
  readonly notice: string | null;
}

/** Chooses, verifies and locks one plugin. Nothing is written before everything was checked. */
export async function installPlugin(
  place: Place,
  wish: PluginWish,
  options: { readonly channel: Channel; readonly appVersion: string | undefined },
): Promise<Outcome<Installed>> {
  const lock = await ownLock(place);
  if (!lock.ok) return lock;
  const appVersion = options.appVersion ?? lock.value?.appVersion ?? APP_VERSION;
  const chosen = await resolveVersion(place.marketplace, wish, { channel: options.channel, appVersion });
  if (!chosen.ok) return chosen;
  const { name, version, pluginId, notice } = chosen.value;
  const asCurrent = wish.version === null && wish.range === null;
  const obtained = await obtain(place, { name, version, pluginId, asCurrent });
  if (!obtained.ok) return obtained;
  const locked = lockedOf(obtained.value);
  const unfit = judgeUse(name, obtained.value, appVersion);
  if (unfit !== null) return { ok: false, problem: unfit };
  await keepFiles(place, name, obtained.value);
  const before = lock.value;
  const old = before !== null && Object.hasOwn(before.plugins, name) ? before.plugins[name] : undefined;
  await writeLock(lockFile(place), {
    lockVersion: 1,
    marketplace: marketplaceName(place.marketplace),
    appVersion,
    roots: { ...before?.roots, [name]: wish.version ?? wish.range ?? `^${version}` },
    plugins: { ...before?.plugins, [name]: locked },
  });
  if (old !== undefined && old.version !== version) await dropFiles(place, name, old.version);
  return ok({ name, ...locked, file: bundleFile(place, name, version), notice });
}

/** Exactly what the lock names: nothing is resolved, every digest is compared, every signature checked. */
export async function installFromLock(place: Place): Promise<Outcome<readonly Installed[]>> {
  const lock = await ownLock(place);
  if (!lock.ok) return lock;
  if (lock.value === null) return { ok: false, problem: tellNoLock(lockFile(place)) };
  const { plugins, appVersion } = lock.value;
  const ready: { name: string; locked: LockedPlugin; obtained: Obtained; notice: string | null }[] = [];
  for (const [name, locked] of Object.entries(plugins)) {
    const list = await fetchVersions(place.marketplace, name);
    if (!list.ok && list.problem.kind === "not_found") return { ok: false, problem: tellGone(name, locked.version) };
    if (!list.ok) return list;
    const row = list.value.versions.find(({ version }) => version === locked.version);
    if (row?.state === "blocked" || list.value.isSuspended)
      return { ok: false, problem: tellBlocked(name, locked.version, row?.replacement) };
    const { pluginId } = list.value;
    const wanted = { name, version: locked.version, pluginId, asCurrent: false };
    const obtained = await obtain(place, wanted, (claims) => compareLock(name, locked, claims));
    if (!obtained.ok) return obtained;
    const changed = await compareObtained(name, locked, obtained.value);
    const unfit = changed ?? judgeUse(name, obtained.value, appVersion);
    if (unfit !== null) return { ok: false, problem: unfit };
    ready.push({ name, locked, obtained: obtained.value, notice: row?.notice ?? null });
  }
  for (const { name, obtained } of ready) await keepFiles(place, name, obtained);
  return ok(
    ready.map(({ name, locked, notice }) => ({
      name,
      ...locked,
      file: bundleFile(place, name, locked.version),
      notice,
    })),
  );
}

export type FileState = "present" | "missing" | "changed";

/** What the lock names and whether its file is here, as it was. Asks nobody. */
export async function listInstalled(
  folder: string,
): Promise<Outcome<{ readonly lock: Lock; readonly files: Readonly<Record<string, FileState>> } | null>> {
  const lock = await readLock(path.join(folder, LOCK_FILE));
  if (!lock.ok) return lock;
  if (lock.value === null) return ok(null);
  const states = await Promise.all(
    Object.entries(lock.value.plugins).map(async ([name, { version, sha256 }]): Promise<[string, FileState]> => {
      const bytes = await readFile(bundleFile({ folder }, name, version)).catch(() => null);
      if (bytes === null) return [name, "missing"];
      return [name, (await sha256Hex(new Uint8Array(bytes))) === sha256 ? "present" : "changed"];
    }),
  );
  return ok({ lock: lock.value, files: Object.fromEntries(states) });
}

/** Out of the lock, and its files away. Asks nobody. */
export async function removePlugin(folder: string, name: string): Promise<Outcome<LockedPlugin>> {
  const file = path.join(folder, LOCK_FILE);
  const lock = await readLock(file);
  if (!lock.ok) return lock;
  const locked = lock.value !== null && Object.hasOwn(lock.value.plugins, name) ? lock.value.plugins[name] : undefined;
  if (lock.value === null || locked === undefined)
    return {
      ok: false,
      problem: {
        code: "not_installed",
        kind: "not_found",
        message: `${file} does not name ${name}.`,
        next: "See rbsm list.",
      },
    };
  const without = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
  await writeLock(file, { ...lock.value, roots: without(lock.value.roots), plugins: without(lock.value.plugins) });
  await dropFiles({ folder }, name, locked.version);
  return ok(locked);
}

export function parseChannel(text: string | undefined): Channel | null {
  return text === undefined ? "stable" : (CHANNELS.find((channel) => channel === text) ?? null);
}

function obtain(
  place: Place,
  wanted: { readonly name: string; readonly version: string; readonly pluginId: string; readonly asCurrent: boolean },
  judge?: (claims: Claims) => CliProblem | null,
): Promise<Outcome<Obtained>> {
  const { env, marketplace, license = null, onProgress } = place;
  return obtainRelease({
    env,
    marketplace,
    license,
    ...wanted,
    ...(judge ? { judge } : {}),
    // Bytes that lie here already need no second way over the network, if they are the right ones.
    local: async (sha256) => {
      const bytes = await readFile(bundleFile(place, wanted.name, wanted.version)).catch(() => null);
      return bytes !== null && (await sha256Hex(new Uint8Array(bytes))) === sha256 ? new Uint8Array(bytes) : null;
    },
    onProgress: (received, total) => onProgress?.(wanted.name, received, total),
  });
}

function lockedOf({ release }: Obtained): LockedPlugin {
  const { manifest, sha256 } = release.bundle;
  return {
    version: manifest.version,
    sha256,
    statementSha256: release.statement.sha256,
    receiptSha256: release.receipt.sha256,
    channel: manifest.channel,
    dependencies: { ...manifest.dependencies },
  };
}

/** A plugin stands alone until dependencies are resolved; and it must be made for the app. */
function judgeUse(name: string, { release }: Obtained, appVersion: string): CliProblem | null {
  const { dependencies, minAppVersion, maxAppVersion = null, version } = release.bundle.manifest;
  const needed = Object.keys(dependencies);
  if (needed.length > 0)
    return {
      code: "dependency_missing",
      kind: "resolution",
      message: `${name} ${version} needs ${needed.join(", ")}; installing with dependencies is not offered yet.`,
      next: "Choose a version without dependencies.",
      facts: { dependencies },
    };
  const isMadeForApp = fitsApp(appVersion, minAppVersion, maxAppVersion);
  return isMadeForApp ? null : tellApp(name, version, appVersion, minAppVersion, maxAppVersion);
}

/** The bundle first asked for must already be the locked one: nothing else is downloaded. */
function compareLock(name: string, locked: LockedPlugin, { sha256 }: Claims): CliProblem | null {
  return sha256 === locked.sha256 ? null : tellMismatch(name, "sha256", locked.sha256, sha256);
}

async function compareObtained(name: string, locked: LockedPlugin, obtained: Obtained): Promise<CliProblem | null> {
  const found = lockedOf(obtained);
  for (const field of ["version", "sha256", "statementSha256", "receiptSha256", "channel"] as const)
    if (locked[field] !== found[field]) return tellMismatch(name, field, locked[field], found[field]);
  const [wanted, given] = [locked, found].map(({ dependencies }) =>
    JSON.stringify(Object.entries(dependencies).sort()),
  );
  return wanted === given ? null : tellMismatch(name, "dependencies", wanted ?? "", given ?? "");
}

function tellMismatch(name: string, field: string, locked: string, found: string): CliProblem {
  return {
    code: "lock_mismatch",
    kind: "trust",
    message: `${name} is not what was locked: its ${field} is ${found}, the lock says ${locked}.`,
    next: "Find out who changed the lock or the release. Nothing was installed.",
    facts: { plugin: name, field, locked, found },
  };
}

function tellBlocked(name: string, version: string, replacement: string | undefined): CliProblem {
  return {
    code: "locked_release_blocked",
    kind: "resolution",
    message: `${name} ${version} is blocked, or the plugin is suspended: nothing of it is handed out now.`,
    next:
      replacement === undefined
        ? `See rbsm versions ${name}, and install another version.`
        : `Install ${replacement} instead, or another version: see rbsm versions ${name}.`,
    facts: { plugin: name, version, ...(replacement === undefined ? {} : { replacement }) },
  };
}

/** Nobody is shown a plugin without a release on offer; whether all were blocked or it was removed is not said. */
function tellGone(name: string, version: string): CliProblem {
  return {
    code: "locked_plugin_gone",
    kind: "resolution",
    message: `${name} ${version} is locked, but the marketplace offers no version of ${name} any more.`,
    next: `It was removed or blocked: ask its publisher, and take it out with rbsm remove ${name}.`,
    facts: { plugin: name, version },
  };
}

function tellNoLock(file: string): CliProblem {
  return {
    code: "lock_missing",
    kind: "misuse",
    message: `There is no ${file}.`,
    next: "Name a plugin: rbsm install NAME.",
  };
}

async function ownLock(place: Place): Promise<Outcome<Lock | null>> {
  const lock = await readLock(lockFile(place));
  const name = marketplaceName(place.marketplace);
  if (!lock.ok || lock.value === null || lock.value.marketplace === name) return lock;
  return {
    ok: false,
    problem: {
      code: "lock_marketplace",
      kind: "conflict",
      message: `${lockFile(place)} is for ${lock.value.marketplace}, not for ${name}.`,
      next: "Name that marketplace with --marketplace.",
    },
  };
}

function lockFile({ folder }: Pick<Place, "folder">): string {
  return path.join(folder, LOCK_FILE);
}

function bundleFile({ folder }: Pick<Place, "folder">, name: string, version: string): string {
  return path.join(folder, "plugins", `${name}-${version}.rbsm`);
}

/** The bundle, and beside it what `rbsm verify --release` takes. */
async function keepFiles(place: Place, name: string, { bytes, release, documents }: Obtained): Promise<void> {
  const file = bundleFile(place, name, release.bundle.manifest.version);
  await mkdir(path.dirname(file), { recursive: true });
  await writeWhole(file, bytes);
  await writeWhole(documentsFile(file), `${JSON.stringify(documents, null, 2)}\n`);
}

async function dropFiles(place: Pick<Place, "folder">, name: string, version: string): Promise<void> {
  const file = bundleFile(place, name, version);
  await rm(file, { force: true });
  await rm(documentsFile(file), { force: true });
}

function documentsFile(bundle: string): string {
  return `${bundle.slice(0, -".rbsm".length)}.release.json`;
}
