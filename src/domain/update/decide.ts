import type { RevocationEntry } from "../advisory/revocation.ts";
import { closureDigestOf } from "../manifest/capabilities.ts";
import { compareVersions, satisfies } from "../release/version.ts";
import { actionsFor, type UpdateAction } from "./actions.ts";
import { type ClosureView, type Growth, growthOf, isOffered, type Members, membersOf, viewOf } from "./closure.ts";
import {
  type CapabilityTable,
  type Documents,
  type InstalledPlugin,
  releaseKey,
  type UpdateDocument,
  type UpdateRelease,
  type UpdateRequest,
} from "./document.ts";
import { noticesFor, type UpdateNotice } from "./notices.ts";
import { type HoldReason, type Readiness, readinessOf } from "./readiness.ts";

export const UPDATE_KINDS = ["newer", "security", "replacement", "repair"] as const;

export interface Update {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly reason: (typeof UPDATE_KINDS)[number];
  /** May be done without asking anybody. */
  readonly auto: boolean;
  readonly consent: { readonly needed: boolean; readonly added: readonly Growth[]; readonly closureDigest: string };
  /** Bytes of the plain bundle. */
  readonly size: number;
  readonly release: { readonly sha256: string; readonly publication: number; readonly publishedAt: number };
  readonly advisory: string | null;
  readonly rollout: { readonly basisPoints: number; readonly bucket: number };
}

export const HOLD_REASONS = ["cooldown", "rollout", "paused", "halted", "needed_by"] as const;
export interface Hold {
  readonly name: string;
  readonly version: string;
  /** Unix seconds; null: nobody knows. */
  readonly until: number | null;
  readonly why: HoldReason | "needed_by";
  /** Plugins whose ranges the version is not in. */
  readonly by: readonly string[];
}

export interface Decisions {
  readonly updates: readonly Update[];
  readonly held: readonly Hold[];
  readonly actions: readonly UpdateAction[];
  readonly notices: readonly UpdateNotice[];
}

/** What was chosen for one plugin, before anybody looked at what it may do. */
export interface Choice {
  readonly document: UpdateDocument;
  readonly installed: InstalledPlugin;
  readonly from: UpdateRelease;
  readonly to: UpdateRelease;
  readonly reason: Update["reason"];
  readonly readiness: Readiness;
  readonly before: Members;
  readonly after: Members;
}

export interface Draft extends Omit<Decisions, "updates"> {
  readonly choices: readonly Choice[];
  /** Whose capability objects {@link conclude} has to be given: `name@version`. */
  readonly wanted: readonly string[];
}

/** README: everything but consent, for which few releases' capabilities are needed. Pure; order of plugins is kept. */
export async function chooseUpdates(
  documents: Documents,
  revocations: readonly RevocationEntry[],
  request: UpdateRequest,
  now: number,
): Promise<Draft> {
  const choices: Choice[] = [];
  const held: Hold[] = [];
  const actions: UpdateAction[] = [];
  const notices: UpdateNotice[] = [];
  for (const installed of request.plugins) {
    const document = documents.get(installed.name);
    const from = document?.releases.find(({ version }) => version === installed.version);
    actions.push(...actionsFor(installed, document, from, revocations));
    notices.push(...noticesFor(installed, document, from, request));
    if (document === undefined || from === undefined || isClosed(document)) continue;
    const chosen = await chooseOne(documents, document, from, installed, request, now);
    held.push(...chosen.held);
    if (chosen.choice !== null) choices.push(chosen.choice);
  }
  const wanted = new Set(choices.flatMap(({ before, after }) => [...keysOf(before), ...keysOf(after)]));
  return { choices, held, actions, notices, wanted: [...wanted].sort() };
}

/** Adds to a draft what each version asks for beyond what runs. */
export async function conclude(draft: Draft, table: CapabilityTable): Promise<Decisions> {
  const { held, actions, notices } = draft;
  const updates = await Promise.all(draft.choices.map((choice) => concludeOne(choice, table)));
  return { updates: updates.filter((update) => update !== null), held, actions, notices };
}

/** Both at once, for whoever has the signed documents. */
export async function decideUpdates(
  documents: Documents,
  table: CapabilityTable,
  revocations: readonly RevocationEntry[],
  request: UpdateRequest,
  now: number,
): Promise<Decisions> {
  return conclude(await chooseUpdates(documents, revocations, request, now), table);
}

function isClosed({ state }: UpdateDocument): boolean {
  return state === "quarantined" || state === "removed";
}

async function chooseOne(
  documents: Documents,
  document: UpdateDocument,
  from: UpdateRelease,
  installed: InstalledPlugin,
  request: UpdateRequest,
  now: number,
): Promise<{ readonly choice: Choice | null; readonly held: readonly Hold[] }> {
  const choose = (to: UpdateRelease, reason: Update["reason"], readiness: Readiness): Choice => {
    const [before, after] = [from, to].map((release) => membersOf(document.name, release, documents, request));
    return { document, installed, from, to, reason, readiness, before: before as Members, after: after as Members };
  };
  const about = (to: UpdateRelease) => readinessOf(document, to, installed, request.instanceId, now);
  if (installed.sha256 !== null && installed.sha256 !== from.sha256 && from.state !== "blocked")
    return { choice: choose(from, "repair", { ...(await about(from)), hold: null }), held: [] };
  const candidates = newerReleases(document, installed, request);
  let held: Hold | null = null;
  for (const to of candidates) {
    const by = refusedBy(document.name, to, documents, request);
    const readiness = await about(to);
    const hold = by.length > 0 ? { why: "needed_by" as const, until: null } : readiness.hold;
    // An operator who decides alone may take what waits; what was halted or breaks another plugin nobody is offered.
    const isOpen = hold === null || (!installed.auto && hold.why !== "halted" && hold.why !== "needed_by");
    if (isOpen) return { choice: choose(to, reasonOf(from, readiness), readiness), held: held === null ? [] : [held] };
    held ??= { name: document.name, version: to.version, until: hold.until, why: hold.why, by };
  }
  return { choice: null, held: held === null ? [] : [held] };
}

/** Candidates above the installed one and the floor, newest first. */
export function newerReleases(
  { floor, releases }: UpdateDocument,
  { version, channel }: InstalledPlugin,
  request: Pick<UpdateRequest, "appVersion">,
): readonly UpdateRelease[] {
  return releases
    .filter(
      (release) =>
        compareVersions(release.version, version) > 0 &&
        (floor === null || compareVersions(release.version, floor) >= 0) &&
        isOffered(release, channel, request),
    )
    .sort((a, b) => compareVersions(b.version, a.version));
}

/** Other installed plugins that could no longer work: their ranges hold what is installed and not the new version. */
function refusedBy(name: string, to: UpdateRelease, documents: Documents, request: UpdateRequest): readonly string[] {
  return request.plugins
    .filter((other) => {
      if (other.name === name) return false;
      const release = documents.get(other.name)?.releases.find(({ version }) => version === other.version);
      const range =
        release === undefined || !Object.hasOwn(release.dependencies, name) ? undefined : release.dependencies[name];
      return range !== undefined && !satisfies(to.version, range);
    })
    .map((other) => other.name)
    .sort();
}

function reasonOf(from: UpdateRelease, { fixes }: Readiness): Update["reason"] {
  if (fixes !== null) return "security";
  return from.state === "blocked" || from.state === "yanked" ? "replacement" : "newer";
}

async function concludeOne(choice: Choice, table: CapabilityTable): Promise<Update | null> {
  const { document, installed, from, to, reason, readiness, before, after } = choice;
  const { name } = document;
  const [had, has] = [await viewOf(name, before, table), await viewOf(name, after, table)];
  if (has === null) return null;
  const added: Growth[] = had === null ? [] : [...growthOf(had, has)];
  if (to.publisher !== from.publisher) added.push({ kind: "publisher", value: to.publisher, via: name });
  const needed = added.length > 0 || !(await isConsented(installed, had, from, table, name));
  return {
    name,
    from: installed.version,
    to: to.version,
    reason,
    auto: installed.auto && !needed,
    consent: { needed, added, closureDigest: has.digest },
    size: to.size,
    release: { sha256: to.sha256, publication: to.publication, publishedAt: to.publishedAt },
    advisory: readiness.fixes?.id ?? null,
    rollout: { basisPoints: readiness.basisPoints, bucket: readiness.bucket },
  };
}

/**
 * What runs was consented to: over the closure, or for a plugin whose operator was shown its own authority alone. Anything
 * else was granted for another state of things, and nothing is carried over from it.
 */
async function isConsented(
  { closureDigest }: InstalledPlugin,
  had: ClosureView | null,
  from: UpdateRelease,
  table: CapabilityTable,
  name: string,
): Promise<boolean> {
  if (closureDigest === null) return true;
  if (had !== null && had.digest === closureDigest) return true;
  const own = table.get(releaseKey(name, from.version));
  return own !== undefined && (await closureDigestOf(own)) === closureDigest;
}

function keysOf(members: Members): readonly string[] {
  return [...members].map(([name, { version }]) => releaseKey(name, version));
}
