import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { RevocationList } from "../../domain/advisory/list.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { CHANNELS, type Channel } from "../../domain/manifest/permissions.ts";
import type { Plan } from "../../domain/resolve/resolve.ts";
import { ok } from "../../domain/result.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import type { Env } from "./config.ts";
import { tellBlocked, tellGone, tellMismatch, tellNeeded, tellNoLock, tellNotInstalled } from "./install-problems.ts";
import type { LicenseUse } from "./license-use.ts";
import { LOCK_FILE, type Lock, type LockedPlugin, readLock, writeLock } from "./lock-file.ts";
import { reachedBy } from "./lock-graph.ts";
import { type Marketplace, marketplaceName } from "./marketplace.ts";
import { type Claims, type Obtained, obtainRelease } from "./obtain-release.ts";
import { leaveVersions } from "./previous-versions.ts";
import { writeWhole } from "./project-files.ts";
import { requestOf, resolvePlan } from "./resolve-plan.ts";
import { fetchVersions, fitsApp, type PluginWish, resolveVersion, tellApp } from "./resolve-version.ts";
import { fetchRevocations, refuseRevoked } from "./revocations.ts";

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

/** Chooses, verifies and locks a plugin and all it needs. Nothing is written before everything was checked. */
export async function installPlugin(
  place: Place,
  wish: PluginWish,
  options: { readonly channel: Channel; readonly appVersion: string | undefined; readonly minimal?: boolean },
): Promise<Outcome<readonly Installed[]>> {
  const lock = await ownLock(place);
  if (!lock.ok) return lock;
  const before = lock.value ?? emptyLock(place);
  const appVersion = options.appVersion ?? lock.value?.appVersion ?? APP_VERSION;
  const { name } = wish;
  const asked = requestOf(before);
  const range = wish.version ?? wish.range;
  const request = {
    ...asked,
    appVersion,
    roots: { ...asked.roots, [name]: range ?? "*" },
    channels: { ...asked.channels, [name]: options.channel },
    update: [name],
    minimal: options.minimal ?? false,
  };
  const planned = await resolvePlan(place.marketplace, request);
  if (!planned.ok) {
    // Where the wish itself cannot be met, that is said instead of what all of it together lacks.
    const chosen = await resolveVersion(place.marketplace, wish, { channel: options.channel, appVersion });
    return chosen.ok ? planned : chosen;
  }
  const { plan } = planned.value;
  const version = versionIn(plan, name);
  const roots = { ...before.roots, [name]: range ?? `^${version}` };
  return carryOut(place, plan, { ...before, appVersion, roots }, range === null ? name : null, name);
}

/** Moves what is locked to the best versions: the named plugins, or all. What nobody needs any more goes. */
export async function updatePlugins(
  place: Place,
  names: readonly string[],
): Promise<Outcome<{ readonly changed: readonly Installed[]; readonly removed: readonly string[] }>> {
  const lock = await ownLock(place);
  if (!lock.ok) return lock;
  if (lock.value === null) return { ok: false, problem: tellNoLock(lockFile(place)) };
  const { plugins } = lock.value;
  const unknown = names.find((name) => !Object.hasOwn(plugins, name));
  if (unknown !== undefined) return { ok: false, problem: tellNotInstalled(lockFile(place), unknown) };
  const request = { ...requestOf(lock.value), update: names.length === 0 ? Object.keys(plugins) : names };
  const planned = await resolvePlan(place.marketplace, request);
  if (!planned.ok) return planned;
  const { plan } = planned.value;
  const changed = await carryOut(place, plan, lock.value, null, null);
  return changed.ok ? ok({ changed: changed.value, removed: plan.remove.map(({ name }) => name) }) : changed;
}

function emptyLock(place: Place): Lock {
  const marketplace = marketplaceName(place.marketplace);
  return { lockVersion: 1, marketplace, appVersion: APP_VERSION, roots: {}, plugins: {} };
}

function versionIn({ install, update, keep }: Plan, name: string): string {
  return [...install, ...update, ...keep].find((choice) => choice.name === name)?.version ?? "";
}

/**
 * Fetches and verifies what a plan adds or moves, then writes. `current` must be no older than what was seen of it before;
 * `again` is fetched even if it is kept, for its file may be gone.
 */
async function carryOut(
  place: Place,
  plan: Plan,
  lock: Lock,
  current: string | null,
  again: string | null,
): Promise<Outcome<readonly Installed[]>> {
  const wanted = [...plan.install, ...plan.update, ...plan.keep.filter(({ name }) => name === again)];
  const all = await obtainAll(place, wanted, lock.appVersion, current);
  if (!all.ok) return all;
  const ready = all.value;
  for (const { name, obtained } of ready) await keepFiles(place, name, obtained);
  const gone = new Set(plan.remove.map(({ name }) => name));
  const kept = Object.entries(lock.plugins).filter(([name]) => !gone.has(name));
  const plugins = Object.fromEntries([...kept, ...ready.map(({ name, locked }) => [name, locked] as const)]);
  await writeLock(lockFile(place), { ...lock, plugins });
  for (const left of await leaveVersions(place.folder, lock.plugins, plugins))
    await dropFiles(place, left.name, left.version);
  return ok(
    ready.map(({ name, locked }) => ({
      name,
      ...locked,
      file: bundleFile(place, name, locked.version),
      notice: noticeIn(plan, name),
    })),
  );
}

export interface Ready {
  readonly name: string;
  readonly locked: LockedPlugin;
  readonly obtained: Obtained;
}

/** Everything of a plan fetched and verified, or the first refusal. */
export async function obtainAll(
  place: Place,
  wanted: Plan["install"] | Plan["update"] | Plan["keep"],
  appVersion: string,
  current: string | null,
): Promise<Outcome<readonly Ready[]>> {
  const ready: Ready[] = [];
  const revocations = wanted.length === 0 ? ok(null) : await fetchRevocations(place.env, place.marketplace);
  if (!revocations.ok) return revocations;
  for (const { name, version, sha256, dependencies } of wanted) {
    const plugin = await fetchVersions(place.marketplace, name);
    if (!plugin.ok) return plugin;
    const { pluginId } = plugin.value;
    const asked = { name, version, pluginId, asCurrent: name === current };
    const obtained = await obtain(place, asked, (claims) => compareLock(name, { sha256 }, claims));
    if (!obtained.ok) return obtained;
    const locked = lockedOf(obtained.value);
    const unfit =
      compareNeeds(name, dependencies, locked.dependencies) ??
      judgeUse(name, obtained.value, appVersion) ??
      judgeRevoked(revocations.value, name, obtained.value);
    if (unfit !== null) return { ok: false, problem: unfit };
    ready.push({ name, locked, obtained: obtained.value });
  }
  return ok(ready);
}

function noticeIn({ notices }: Plan, name: string): string | null {
  const notice = notices.find((one) => one.name === name);
  if (notice === undefined) return null;
  return notice.replacement === null ? notice.message : `${notice.message} (use ${notice.replacement} instead)`;
}

/** Exactly what the lock names: nothing is resolved, every digest is compared, every signature checked. */
export async function installFromLock(place: Place): Promise<Outcome<readonly Installed[]>> {
  const lock = await ownLock(place);
  if (!lock.ok) return lock;
  if (lock.value === null) return { ok: false, problem: tellNoLock(lockFile(place)) };
  const { plugins, appVersion } = lock.value;
  const ready: { name: string; locked: LockedPlugin; obtained: Obtained; notice: string | null }[] = [];
  const revocations = await fetchRevocations(place.env, place.marketplace);
  if (!revocations.ok) return revocations;
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
    const unfit =
      changed ?? judgeUse(name, obtained.value, appVersion) ?? judgeRevoked(revocations.value, name, obtained.value);
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

/** Out of the lock with all that only it needed, and their files away. Asks nobody. */
export async function removePlugin(
  folder: string,
  name: string,
): Promise<Outcome<LockedPlugin & { readonly also: readonly string[] }>> {
  const file = path.join(folder, LOCK_FILE);
  const lock = await readLock(file);
  if (!lock.ok) return lock;
  const locked = lock.value !== null && Object.hasOwn(lock.value.plugins, name) ? lock.value.plugins[name] : undefined;
  if (lock.value === null || locked === undefined) return { ok: false, problem: tellNotInstalled(file, name) };
  const roots = Object.fromEntries(Object.entries(lock.value.roots).filter(([key]) => key !== name));
  const { plugins } = lock.value;
  const reached = reachedBy({ roots, plugins });
  if (reached.has(name)) return { ok: false, problem: tellNeeded(name, plugins) };
  const gone = Object.entries(plugins).filter(([key]) => !reached.has(key));
  const left = Object.fromEntries(Object.entries(plugins).filter(([key]) => reached.has(key)));
  await writeLock(file, { ...lock.value, roots, plugins: left });
  for (const one of await leaveVersions(folder, plugins, left)) await dropFiles({ folder }, one.name, one.version);
  return ok({ ...locked, also: gone.map(([key]) => key).filter((key) => key !== name) });
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

function judgeRevoked(list: RevocationList | null, name: string, { release }: Obtained): CliProblem | null {
  const { manifest, sha256 } = release.bundle;
  return refuseRevoked(list, { name, version: manifest.version, sha256, publisher: manifest.publisher });
}

/** It must be made for the app. */
function judgeUse(name: string, { release }: Obtained, appVersion: string): CliProblem | null {
  const { minAppVersion, maxAppVersion = null, version } = release.bundle.manifest;
  const isMadeForApp = fitsApp(appVersion, minAppVersion, maxAppVersion);
  return isMadeForApp ? null : tellApp(name, version, appVersion, minAppVersion, maxAppVersion);
}

/** The bundle first asked for must already be the locked one: nothing else is downloaded. */
function compareLock(name: string, locked: Pick<LockedPlugin, "sha256">, { sha256 }: Claims): CliProblem | null {
  return sha256 === locked.sha256 ? null : tellMismatch(name, "sha256", locked.sha256, sha256);
}

async function compareObtained(name: string, locked: LockedPlugin, obtained: Obtained): Promise<CliProblem | null> {
  const found = lockedOf(obtained);
  for (const field of ["version", "sha256", "statementSha256", "receiptSha256", "channel"] as const)
    if (locked[field] !== found[field]) return tellMismatch(name, field, locked[field], found[field]);
  return compareNeeds(name, locked.dependencies, found.dependencies);
}

/** What was chosen by must be what the signed manifest says. */
function compareNeeds(
  name: string,
  wanted: LockedPlugin["dependencies"],
  found: LockedPlugin["dependencies"],
): CliProblem | null {
  const [expected, given] = [wanted, found].map((needs) => JSON.stringify(Object.entries(needs).sort()));
  return expected === given ? null : tellMismatch(name, "dependencies", expected ?? "", given ?? "");
}

export async function ownLock(place: Place): Promise<Outcome<Lock | null>> {
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

export function lockFile({ folder }: Pick<Place, "folder">): string {
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
