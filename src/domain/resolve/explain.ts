import { byText } from "../manifest/text.ts";
import { ABSENT, type Bits, both, either, isEmpty, isWithin, members } from "./bits.ts";
import type { Candidates, Exclusion } from "./candidates.ts";
import type { IndexedRelease } from "./index-document.ts";
import type { Board, Fact } from "./puzzle.ts";
import { admits, readRange } from "./range.ts";
import { factsBehind, type Nogood, solve } from "./solve.ts";

export interface Explanation {
  readonly sentences: readonly string[];
  /** Names of the plugins it speaks of. */
  readonly involves: readonly string[];
}

/** Larger proofs are told as they are: finding the smallest would cost more than reading it. */
const MAX_SHRUNK = 120;
const MAX_SENTENCES = 40;

/**
 * Why the wishes cannot be met (README, Explanations): the smallest set of facts that contradict each other, each as a
 * sentence, from the operator's wishes down to the plugin of which no version is left.
 */
export function explainConflict(board: Board, proof: Nogood): Explanation {
  const facts = shrink(board, factsBehind(proof)).map((index) => board.facts[index] as Fact);
  const involved = new Set(
    facts.flatMap(({ source, target }) => (source === null ? [target] : [source.plugin, target])),
  );
  const sentences = tell(board, facts).map((sentence) => sentence.replace(/^every /, "Every "));
  const shown = sentences.slice(0, MAX_SENTENCES);
  if (shown.length < sentences.length) shown.push(`… and ${sentences.length - shown.length} more needs like these.`);
  return {
    sentences: shown,
    involves: [...involved].map((plugin) => (board.plugins[plugin] as Candidates).name).sort(byText),
  };
}

/** Leaves out every fact without which the rest still cannot be met. */
function shrink({ puzzle }: Board, behind: readonly number[]): readonly number[] {
  if (behind.length > MAX_SHRUNK) return behind;
  let kept = behind;
  const nogoods = new Map(puzzle.facts.map((nogood) => ["fact" in nogood.cause ? nogood.cause.fact : -1, nogood]));
  for (const index of behind) {
    if (!kept.includes(index)) continue;
    const rest = kept.filter((one) => one !== index);
    const facts = rest.flatMap((one) => nogoods.get(one) ?? []);
    const again = solve({ ...puzzle, facts, maxDecisions: 200 });
    if (again.kind === "impossible") kept = factsBehind(again.proof);
  }
  return kept;
}

/** Plugin by plugin, those nearest to the wishes first: who needs it, and what that leaves. */
function tell(board: Board, facts: readonly Fact[]): readonly string[] {
  const targets = [...new Set(facts.map(({ target }) => target))].sort(
    (a, b) => (board.depths[a] ?? 0) - (board.depths[b] ?? 0) || a - b,
  );
  const needed = new Map(targets.map((target) => [target, facts.filter((fact) => fact.target === target)]));
  const wished = new Map<number, Bits>();
  for (const { source, target, allowed } of facts)
    if (source === null) wished.set(target, both(wished.get(target) ?? allowed, allowed));
  const isPlain = (fact: Fact) =>
    fact.source === null &&
    (fact.range.trim() === "*" || isWholeOf(board, fact)) &&
    facts.some(({ source }) => source?.plugin === fact.target);
  return targets.flatMap((target) => {
    const about = (needed.get(target) ?? []).filter((fact) => !isPlain(fact));
    if (about.length === 0) return [];
    return tellTarget(board, target, about, wished);
  });
}

function isWholeOf({ plugins }: Board, { target, allowed }: Fact): boolean {
  const { releases } = plugins[target] as Candidates;
  return releases.length > 0 && members(allowed).length === releases.length;
}

function tellTarget(
  board: Board,
  target: number,
  facts: readonly Fact[],
  wished: ReadonlyMap<number, Bits>,
): readonly string[] {
  const candidates = board.plugins[target] as Candidates;
  const hopeless = facts.filter(({ allowed }) => isEmpty(allowed));
  const sentences = hopeless.map((fact) => {
    const reason = tellNone(board, candidates, fact.range);
    return fact.source === null && fact.range.trim() === "*" ? reason : `${whoNeeds(board, fact, wished)}. ${reason}`;
  });
  const others = facts.filter(({ allowed }) => !isEmpty(allowed));
  if (others.length === 0) return sentences;
  const needs = others.map((fact) => whoNeeds(board, fact, wished));
  if (needs.length === 1) return [...sentences, `${needs[0]}.`];
  const listed = `${needs.slice(0, -1).join(", ")}, and ${needs.at(-1)}.`;
  return [...sentences, listed, ...tellLeft(candidates, others)];
}

/** What the needs of one plugin leave of it. Needs of different versions of one plugin are alternatives. */
function tellLeft(candidates: Candidates, facts: readonly Fact[]): readonly string[] {
  const bySource = new Map<number, Bits>();
  for (const { source, allowed } of facts) {
    const key = source?.plugin ?? -1;
    const before = bySource.get(key);
    bySource.set(key, before === undefined ? allowed : either(before, allowed));
  }
  const left = [...bySource.values()].reduce((open, allowed) => both(open, allowed));
  const hasAlternatives = bySource.size < facts.length;
  if (!isEmpty(left)) return hasAlternatives ? [] : [`That leaves ${describe(candidates, left)}.`];
  if (hasAlternatives) return [`Whichever is chosen, no version of ${candidates.name} fits them all.`];
  const ranges = facts.length === 2 ? "both ranges" : "all of these ranges";
  return [`No version of ${candidates.name} is in ${ranges}, so they cannot be installed together.`];
}

/** “`invoices 2.0.0` needs `pdf-writer ^3.0.0`”. */
function whoNeeds(board: Board, { source, target, range }: Fact, wished: ReadonlyMap<number, Bits>): string {
  const name = (board.plugins[target] as Candidates).name;
  const what = range.trim() === "*" || range === "" ? `\`${name}\`` : `\`${name} ${range}\``;
  if (source === null) return `You asked for ${what}`;
  const candidates = board.plugins[source.plugin] as Candidates;
  const open = wished.get(source.plugin);
  const isNarrowed = open !== undefined && !isEmpty(both(open, source.versions));
  const versions = isNarrowed ? both(open, source.versions) : source.versions;
  const verb = members(versions).length > 1 && !isWhole(candidates, versions) ? "need" : "needs";
  return `${describe(candidates, versions, isNarrowed ? open : undefined)} ${verb} ${what}`;
}

/** “`reports 1.4.0`”, “every version of `reports` from 1.2.0 to 1.4.0”, “`reports` 1.0.0 and 1.4.0”. */
function describe(candidates: Candidates, versions: Bits, open?: Bits): string {
  const { name, releases } = candidates;
  const list = members(versions).map((bit) => releases[bit - 1]?.version ?? "");
  const [newest = "", ...older] = list;
  if (older.length === 0) return `\`${name} ${newest}\``;
  if (isWhole(candidates, versions)) return `every version of \`${name}\``;
  if (list.length <= 3)
    return `\`${name}\` ${[...list]
      .reverse()
      .join(", ")
      .replace(/, ([^,]*)$/, " and $1")}`;
  const scope = open === undefined || !isWithin(open, versions) ? "" : "every ";
  const oldest = older.at(-1) ?? "";
  return scope === ""
    ? `\`${name}\` ${oldest} to ${newest} (${list.length} versions)`
    : `\`${name}\` ${oldest} to ${newest}`;
}

function isWhole({ releases }: Candidates, versions: Bits): boolean {
  return releases.length > 1 && members(versions).filter((bit) => bit !== ABSENT).length === releases.length;
}

/** Why no candidate is in a range. */
function tellNone(board: Board, candidates: Candidates, range: string): string {
  const { name, releases, excluded, isKnown } = candidates;
  if (!isKnown) return `There is no plugin ${name}.`;
  const parsed = readRange(range);
  if (parsed.range === null) return `“${range}” is no range of versions.`;
  const inRange = excluded.filter(({ release }) => admits(parsed, release.version, candidates.channel));
  const byWhy = (why: Exclusion) => inRange.filter((one) => one.why === why).map(({ release }) => release);
  const app = byWhy("app_version");
  const told = [
    ...(app.length > 0 ? [tellApp(board, candidates, app, range)] : []),
    ...tellWithdrawn(name, byWhy("yanked"), "withdrawn; only its exact number, asked for by you, still brings it"),
    ...tellWithdrawn(name, byWhy("blocked"), "blocked"),
    ...tellWithdrawn(name, byWhy("below_floor"), "no longer installed because of a known flaw"),
    ...tellWithdrawn(name, byWhy("quarantined"), "held back while the desk looks into the plugin"),
  ];
  if (told.length > 0) return told.join(" ");
  const earlier = [...releases.map(({ version }) => version), ...excluded.map(({ release }) => release.version)];
  const pre = releases.find(({ version, channel }) => channel !== "stable" && admits(parsed, version, channel));
  if (pre !== undefined)
    return `Only pre-releases of ${name} are in ${range}, and its channel is ${candidates.channel}; the newest is ${pre.version} (channel ${pre.channel}).`;
  if (earlier.length === 0) return `${name} has no published version.`;
  const [newest] = releases;
  return newest === undefined
    ? `No version of ${name} is in ${range}.`
    : `No version of ${name} is in ${range}; the newest is ${newest.version}.`;
}

/** “Every version of kanban from 2.0.0 on needs Rising-BSM 0.3.0 or newer; this instance runs 0.1.0.” */
function tellApp(
  { request }: Board,
  { name, releases }: Candidates,
  unfit: readonly IndexedRelease[],
  range: string,
): string {
  const oldest = unfit.at(-1) as IndexedRelease;
  const newest = unfit[0] as IndexedRelease;
  const { minAppVersion, maxAppVersion } = newest;
  const needs = maxAppVersion === null ? `${minAppVersion} or newer` : `${minAppVersion} to ${maxAppVersion}`;
  const who =
    unfit.length === 1
      ? `${name} ${newest.version} needs`
      : range.trim() === "*"
        ? `Every version of ${name} from ${oldest.version} on needs`
        : `Every version of ${name} in ${range} needs`;
  const fit = releases[0];
  const instead = fit === undefined ? "" : ` The newest that fits is ${fit.version}.`;
  return `${who} Rising-BSM ${needs}; this instance runs ${request.appVersion}.${instead}`;
}

function tellWithdrawn(name: string, releases: readonly IndexedRelease[], what: string): readonly string[] {
  const [newest, ...older] = releases;
  if (newest === undefined) return [];
  const others = older.length === 0 ? "" : ` and ${older.length} older`;
  const replacement = newest.replacement === null ? "" : ` Use ${newest.replacement} instead.`;
  return [`${name} ${newest.version}${others} ${older.length === 0 ? "is" : "are"} ${what}.${replacement}`];
}
