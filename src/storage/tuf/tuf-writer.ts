import { DurableObject } from "cloudflare:workers";
import { sha256Hex } from "../../domain/digest.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { FileMeta, Root, Signed, TargetFiles, Targets } from "../../domain/tuf/metadata.ts";
import { BIN_NAMES, ONLINE_KEYS, type OnlineKey, RENEWAL, REVOCATIONS, roleOf } from "../../domain/tuf/roles.ts";
import { documentBytes, tufKey, tufKeyId } from "../../domain/tuf/sign.ts";
import { onlineRole, type TufRefusal, verifyRoot, verifyTargets } from "../../domain/tuf/verify-document.ts";
import { type Round, writeRound } from "../../domain/tuf/write-round.ts";
import type { OfflineKind, TufReport } from "../../market/tuf/ports.ts";
import { openRevocationSigner } from "../advisory/issue-list.ts";
import { type OnlineSigners, openOnlineSigners } from "./online-signers.ts";
import { readChangedPlugins, readPluginTargets, readRevocations, type WrittenTarget } from "./plugin-index.ts";
import { deleteKeys, metadataKey, readNewestDocument, targetKey } from "./tuf-files.ts";
import { type RoleState, type TargetChanges, type TargetRow, TufState } from "./tuf-state.ts";

/** Changes of the feed that one round takes in; each plugin among them costs one stored index. */
const CHANGES_PER_ROUND = 200;
const DELETED_PER_ROUND = 1000;
const SOON_MS = 1000;
const UNFOUNDED: TufReport = { state: "unfounded", files: [], hasMore: false };

/**
 * The only writer of the update repository. Rounds and documents of people wait for one another here; everything it needs
 * to go on after a crash stands in its own database, and a round that died is simply made again under higher versions.
 */
export class TufWriter extends DurableObject<Env> {
  readonly #state = new TufState(this.ctx.storage);
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Promise<TufReport> | null = null;

  /** One round; callers who come while another round runs share the next one. */
  write(): Promise<TufReport> {
    this.#waiting ??= this.#alone(() => {
      this.#waiting = null;
      return this.#round(unixSeconds(Date.now()));
    });
    return this.#waiting;
  }

  accept(kind: OfflineKind, bytes: Uint8Array): Promise<Result<{ readonly version: number }, TufRefusal>> {
    return this.#alone(() => this.#accept(kind, bytes, unixSeconds(Date.now())));
  }

  override async alarm(): Promise<void> {
    await this.write();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => {});
    return next;
  }

  async #accept(
    kind: OfflineKind,
    bytes: Uint8Array,
    now: number,
  ): Promise<Result<{ readonly version: number }, TufRefusal>> {
    const { root, targets } = this.#documents();
    if (kind === "targets" && root === null) return refuse({ reason: "tuf_roles", facts: { missing: "root" } });
    const read =
      kind === "root"
        ? await verifyRoot(bytes, root, now)
        : await verifyTargets(bytes, root as Root, targets?.version ?? 0, now);
    if (!read.ok) return read;
    const document: Signed<Root | Targets> = read.value;
    const missing = await this.#missingHalf(document.signed);
    if (missing !== null) return refuse({ reason: "tuf_roles", facts: { missing } });
    const stored = documentBytes(document);
    const { version } = document.signed;
    await this.env.BUNDLES.put(metadataKey(`${version}.${kind}.json`), stored);
    const file = { version, length: stored.length, hashes: { sha256: await sha256Hex(stored) } };
    this.#state.keepOffline(kind, JSON.stringify(document.signed), file, now);
    return ok({ version });
  }

  /** The online key that a document names and whose private half is not here; nothing could be signed under it. */
  async #missingHalf(document: Root | Targets): Promise<OnlineKey | null> {
    const signers = openOnlineSigners(this.env);
    const keys: readonly OnlineKey[] = document._type === "root" ? ["snapshot", "timestamp"] : ["revocations", "bins"];
    for (const key of keys) {
      const role = document._type === "root" ? document.roles[key as "snapshot"] : onlineRoleOf(key, document);
      if (signers === null || !role?.keyids.includes(await keyIdOf(signers, key))) return key;
    }
    return null;
  }

  /** After a restore of the database: what was promised since the backup is not known here, so numbers skip ahead of it. */
  async #followRestore(now: number): Promise<void> {
    const restore = await this.env.DB.prepare("SELECT id, version_floor FROM restores ORDER BY id DESC LIMIT 1").first<{
      id: number;
      version_floor: number;
    }>();
    if (restore === null || String(restore.id) === this.#state.fact("restore")) return;
    for (const kind of ["root", "targets"] as const) {
      if (this.#state.fact(kind) !== null) continue;
      const found = await readNewestDocument(this.env.BUNDLES, kind);
      if (found !== null) this.#state.keepOffline(kind, JSON.stringify(found.signed), found.file, now);
    }
    const online = [REVOCATIONS, ...BIN_NAMES, "snapshot", "timestamp"];
    this.#state.startOver(online, restore.version_floor, String(restore.id));
  }

  async #round(now: number): Promise<TufReport> {
    await this.#followRestore(now);
    const { root, targets } = this.#documents();
    const signers = openOnlineSigners(this.env);
    if (root === null || targets === null || signers === null) return UNFOUNDED;
    for (const key of ONLINE_KEYS)
      if (!onlineRole(key, root, targets)?.keyids.includes(await keyIdOf(signers, key)))
        throw new Error(`the ${key} key is not the one people signed for`);

    const roles = this.#state.roles();
    const cursor = Number(this.#state.fact("cursor") ?? 0);
    const page = await readChangedPlugins(this.env.DB, cursor, CHANGES_PER_ROUND);
    const { changes, written } = await this.#changesOf(page.names);
    const isDue = (name: string, after: number) => now - (roles.get(name)?.signedAt ?? 0) >= after;
    // The list is signed anew by itself where an entry or an hour has passed; its role follows it.
    const listSigner = openRevocationSigner(this.env);
    if (listSigner !== null) {
      const marketplace = new URL(this.env.PUBLIC_ORIGIN).hostname;
      const list = await readRevocations(this.env.DB, listSigner, marketplace, now);
      const before = this.#state.targetsOfPlugin("");
      if (isDue(REVOCATIONS, RENEWAL.revocations) || before[0]?.sha256 !== list.sha256) {
        const { path, length, sha256 } = list;
        if (before[0]?.sha256 !== sha256) changes.replaced.push(...before);
        written.push(list);
        changes.put.push({ path, length, sha256, role: REVOCATIONS, plugin: "" });
      }
    }
    const touched = new Set([...changes.put, ...changes.dropped].map(({ role }) => role));
    for (const bin of BIN_NAMES) if (isDue(bin, RENEWAL.bins)) touched.add(bin);
    const staysSnapshot = touched.size === 0 && !isDue("snapshot", RENEWAL.snapshot);
    if (staysSnapshot && !isDue("timestamp", RENEWAL.timestamp)) return this.#finish("current", [], page, now);

    const changed: Record<string, TargetFiles> = {};
    for (const role of [...touched].sort()) changed[role] = this.#state.targetsOfRole(role, changes);
    const fresh = [...Object.keys(changed), ...(staysSnapshot ? [] : ["snapshot"]), "timestamp"];
    const round = await writeRound({
      now,
      signers,
      published: publishedRoles(roles),
      changed,
      versions: this.#state.reserve(fresh),
      snapshot: staysSnapshot ? (roles.get("snapshot")?.file ?? null) : null,
    });
    const names = await this.#store(round, written);
    const signed: Record<string, FileMeta> = {
      ...round.published,
      snapshot: round.snapshot,
      timestamp: round.timestamp,
    };
    const files = Object.fromEntries(Object.entries(signed).filter(([name]) => fresh.includes(name)));
    this.#state.commit(files, changes, supersededKeys(fresh, roles, changes), page.cursor, now);
    return this.#finish("written", names, page, now);
  }

  /** Differences between what the database says of plugins and what is listed. */
  async #changesOf(names: readonly string[]): Promise<{ changes: Drafted; written: WrittenTarget[] }> {
    const changes: Drafted = { put: [], dropped: [], replaced: [] };
    const written: WrittenTarget[] = [];
    const said = names.length === 0 ? new Map() : await readPluginTargets(this.env.DB, names);
    for (const plugin of names) {
      const { index, releases } = said.get(plugin) ?? { index: null, releases: [] };
      const before = new Map(this.#state.targetsOfPlugin(plugin).map((row) => [row.path, row]));
      for (const target of index === null ? releases : [index, ...releases]) {
        const old = before.get(target.path);
        before.delete(target.path);
        if (old?.sha256 === target.sha256) continue;
        if (old !== undefined) changes.replaced.push(old);
        const { path, length, sha256 } = target;
        changes.put.push({ path, length, sha256, plugin, role: await roleOf(path) });
        if (target === index) written.push(index);
      }
      changes.dropped.push(...before.values());
    }
    return { changes, written };
  }

  /** Targets, then roles, then the snapshot, then the timestamp: no name is ever published before its file. */
  async #store(round: Round, written: readonly WrittenTarget[]): Promise<string[]> {
    const bucket = this.env.BUNDLES;
    await Promise.all(written.map(({ path, sha256, bytes }) => bucket.put(targetKey(path, sha256), bytes)));
    this.#state.forget(written.map(({ path, sha256 }) => targetKey(path, sha256)));
    const isEnd = (path: string) => path === "timestamp.json" || path.endsWith(".snapshot.json");
    const roles = round.files.filter(({ path }) => !isEnd(path));
    await Promise.all(roles.map(({ path, bytes }) => bucket.put(metadataKey(path), bytes)));
    for (const { path, bytes } of round.files.filter((file) => isEnd(file.path)))
      await bucket.put(metadataKey(path), bytes);
    return round.files.map(({ path }) => path);
  }

  async #finish(
    state: TufReport["state"],
    files: readonly string[],
    page: { readonly cursor: number; readonly hasMore: boolean },
    now: number,
  ): Promise<TufReport> {
    if (state === "current") this.#state.setFact("cursor", String(page.cursor));
    const overdue = this.#state.overdue(now, DELETED_PER_ROUND);
    if (overdue.length > 0) {
      await deleteKeys(this.env.BUNDLES, overdue);
      this.#state.forget(overdue);
    }
    if (page.hasMore) await this.ctx.storage.setAlarm(Date.now() + SOON_MS);
    return { state, files, hasMore: page.hasMore };
  }

  #documents(): { readonly root: Root | null; readonly targets: Targets | null } {
    const read = (kind: OfflineKind) => JSON.parse(this.#state.fact(kind) ?? "null") as JsonObject | null;
    return { root: read("root") as Root | null, targets: read("targets") as Targets | null };
  }
}

interface Drafted extends TargetChanges {
  readonly put: TargetRow[];
  readonly dropped: TargetRow[];
  readonly replaced: TargetRow[];
}

function onlineRoleOf(key: OnlineKey, targets: Targets) {
  const name = key === "revocations" ? REVOCATIONS : BIN_NAMES[0];
  return targets.delegations?.roles.find((role) => role.name === name) ?? null;
}

async function keyIdOf(signers: OnlineSigners, key: OnlineKey): Promise<string> {
  return tufKeyId(tufKey(await signers[key].publicKey()));
}

function publishedRoles(roles: ReadonlyMap<string, RoleState>): Record<string, FileMeta> {
  const outside = new Set(["root", "snapshot", "timestamp"]);
  return Object.fromEntries(
    [...roles].flatMap(([name, { file }]) => (file === null || outside.has(name) ? [] : [[name, file]])),
  );
}

/** What the round replaced: files of roles by their old versions, and targets that are listed no more. */
function supersededKeys(
  fresh: readonly string[],
  roles: ReadonlyMap<string, RoleState>,
  changes: TargetChanges,
): string[] {
  const files = fresh.flatMap((name) => {
    const file = name === "timestamp" ? null : (roles.get(name)?.file ?? null);
    return file === null ? [] : [metadataKey(`${file.version}.${name}.json`)];
  });
  const gone = [...changes.dropped, ...changes.replaced].filter(({ path }) => !/^(?:bundle|sealed)\//.test(path));
  return [...files, ...gone.map(({ path, sha256 }) => targetKey(path, sha256))];
}
