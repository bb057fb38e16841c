import { closureDigestOf } from "../manifest/capabilities.ts";
import type { Channel } from "../manifest/permissions.ts";
import { byText } from "../manifest/text.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { ABSENT } from "./bits.ts";
import { ownValue } from "./candidates.ts";
import { type Closure, closureOf, type Part } from "./closure.ts";
import { explainConflict } from "./explain.ts";
import type { IndexDocument, IndexedRelease } from "./index-document.ts";
import { type Board, layOut, MAX_DECISIONS } from "./puzzle.ts";
import type { ResolveReason } from "./reasons.ts";
import type { ResolveRequest } from "./request.ts";
import { solve } from "./solve.ts";
import { strongComponents } from "./strong-components.ts";
import { suggestWays } from "./suggest.ts";

export interface Choice {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly channel: Channel;
  readonly dependencies: { readonly [name: string]: string };
}

export interface Notice {
  readonly name: string;
  readonly version: string;
  readonly state: "deprecated" | "yanked";
  readonly message: string;
  readonly replacement: string | null;
}

/** What is to be done, dependencies before whoever needs them; and what all of it together may do. */
export interface Plan {
  readonly install: readonly Choice[];
  readonly update: readonly (Choice & { readonly from: string })[];
  readonly keep: readonly Choice[];
  /** Locked plugins that nothing asks for now. */
  readonly remove: readonly { readonly name: string; readonly version: string }[];
  readonly notices: readonly Notice[];
  readonly closure: Closure;
  readonly closureDigest: string;
}

/** Chooses one version of every plugin that is asked for or needed (README). Pure; the order of the input has no effect. */
export async function resolve(
  documents: ReadonlyMap<string, IndexDocument>,
  request: ResolveRequest,
): Promise<Result<Plan, Problem<ResolveReason>>> {
  const board = layOut(documents, request);
  const blocked = blockedLock(board, documents);
  if (blocked !== null) return refuse(blocked);
  const solved = solve(board.puzzle);
  if (solved.kind === "too_complex")
    return refuse({ reason: "resolution_too_complex", facts: { maxDecisions: MAX_DECISIONS } });
  if (solved.kind === "solved") return ok(await planOf(board, chosenReleases(board, solved.chosen)));
  const { sentences, involves } = explainConflict(board, solved.proof);
  const wouldWork = suggestWays(documents, request, involves);
  return refuse({
    reason: "resolution_conflict",
    detail: [...sentences, ...wouldWork.map((way) => `What would work: ${way}`)].join(" "),
    facts: { explanation: sentences, wouldWork, involves },
  });
}

/** The release chosen for each name. */
export function chosenReleases(board: Board, chosen: readonly number[]): ReadonlyMap<string, IndexedRelease> {
  const found = new Map<string, IndexedRelease>();
  board.plugins.forEach(({ name, releases }, plugin) => {
    const release = releases[(chosen[plugin] ?? ABSENT) - 1];
    if (release !== undefined) found.set(name, release);
  });
  return found;
}

/** A lock must not carry on what is blocked; whoever moves the plugin on is let through. */
function blockedLock(
  { request, places }: Board,
  documents: ReadonlyMap<string, IndexDocument>,
): Problem<ResolveReason> | null {
  const { lock = {}, update = [] } = request;
  for (const name of Object.keys(lock).sort(byText)) {
    if (update.includes(name) || !places.has(name)) continue;
    const document = documents.get(name);
    const version = ownValue(lock, name)?.version ?? "";
    const release = document?.releases.find((one) => one.version === version);
    if (release?.state !== "blocked" && document?.state !== "quarantined") continue;
    const replacement = release?.replacement ?? null;
    const why = release?.state === "blocked" ? "blocked" : "suspended";
    const instead = replacement === null ? "" : ` Its publisher names ${replacement} instead.`;
    return {
      reason: "locked_release_blocked",
      detail: `${name} ${version} is installed and is ${why} now: nothing more is chosen with it.${instead}`,
      facts: { name, version, ...(replacement === null ? {} : { replacement }) },
    };
  }
  return null;
}

async function planOf({ request }: Board, chosen: ReadonlyMap<string, IndexedRelease>): Promise<Plan> {
  const { lock = {}, roots } = request;
  const parts = new Map<string, Part>([...chosen].map(([name, release]) => [name, { name, ...release }]));
  const order = installOrder(chosen);
  const choices = order.map((name): Choice => {
    const { version, sha256, channel, dependencies } = chosen.get(name) as IndexedRelease;
    return { name, version, sha256, channel, dependencies };
  });
  const held = (name: string) => ownValue(lock, name);
  const isKept = ({ name, version, sha256 }: Choice) =>
    held(name)?.version === version && held(name)?.sha256 === sha256;
  const closure = closureOf(Object.keys(roots), parts);
  return {
    install: choices.filter(({ name }) => held(name) === undefined),
    update: choices.flatMap((choice) => {
      const before = held(choice.name);
      return before === undefined || isKept(choice) ? [] : [{ ...choice, from: before.version }];
    }),
    keep: choices.filter(isKept),
    remove: Object.keys(lock)
      .filter((name) => !chosen.has(name))
      .sort(byText)
      .map((name) => ({ name, version: held(name)?.version ?? "" })),
    notices: order.flatMap((name) => noticeOf(name, chosen.get(name) as IndexedRelease)),
    closure,
    closureDigest: await closureDigestOf(closure.capabilities),
  };
}

/** Dependencies first; plugins that need each other stand together, by name. */
export function installOrder(
  chosen: ReadonlyMap<string, { readonly dependencies: { readonly [name: string]: string } }>,
): readonly string[] {
  const names = [...chosen.keys()].sort(byText);
  const places = new Map(names.map((name, index) => [name, index]));
  const components = strongComponents(names.length, (node) =>
    Object.keys(chosen.get(names[node] as string)?.dependencies ?? {})
      .flatMap((name) => places.get(name) ?? [])
      .sort((a, b) => a - b),
  );
  return components.flat().map((node) => names[node] as string);
}

function noticeOf(name: string, { version, state, notice, replacement }: IndexedRelease): readonly Notice[] {
  if (state !== "deprecated" && state !== "yanked") return [];
  return [{ name, version, state, message: notice ?? "", replacement }];
}
