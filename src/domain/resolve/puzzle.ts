import { byText } from "../manifest/text.ts";
import { ABSENT, add, all, type Bits, has, none, without } from "./bits.ts";
import { type Candidates, candidatesOf, ownValue } from "./candidates.ts";
import { decisionOrder } from "./decision-order.ts";
import type { IndexDocument } from "./index-document.ts";
import { admits, readRange, readVersion, type VersionRange } from "./range.ts";
import type { ResolveRequest } from "./request.ts";
import { factOf, type Nogood, type Puzzle } from "./solve.ts";

/** One thing that is known before anything is tried: a wish of the operator, or what some versions of a plugin need. */
export interface Fact {
  /** Null: the operator. */
  readonly source: { readonly plugin: number; readonly versions: Bits } | null;
  readonly target: number;
  readonly range: string;
  /** Candidates of the target within the range. */
  readonly allowed: Bits;
}

export interface Board {
  readonly request: ResolveRequest;
  readonly plugins: readonly Candidates[];
  /** Index of each name in `plugins`. */
  readonly places: ReadonlyMap<string, number>;
  readonly facts: readonly Fact[];
  /** Distance from the roots. */
  readonly depths: readonly number[];
  readonly puzzle: Puzzle;
}

export const MAX_DECISIONS = 100_000;

/** Wishes and index documents as sets and facts about them. Reads only what the roots can lead to; order of input has no effect. */
export function layOut(documents: ReadonlyMap<string, IndexDocument>, request: ResolveRequest): Board {
  const { plugins, places, depths } = reach(documents, request);
  const sizes = plugins.map(({ releases }) => releases.length + 1);
  const ranges = new Map<string, VersionRange>();
  const facts: Fact[] = [];
  const admitted = new Map<string, Bits>();
  const read = plugins.map(({ releases }) => releases.map(({ version }) => readVersion(version)));
  const allowedIn = (target: number, text: string): Bits => {
    const key = `${target} ${text}`;
    const known = admitted.get(key);
    if (known !== undefined) return known;
    const range = ranges.get(text) ?? readRange(text);
    ranges.set(text, range);
    const { releases, channel } = plugins[target] as Candidates;
    const bits = none(releases.length + 1);
    read[target]?.forEach((version, index) => {
      if (admits(range, version, channel)) add(bits, index + 1);
    });
    admitted.set(key, bits);
    return bits;
  };
  for (const name of Object.keys(request.roots).sort(byText)) {
    const target = places.get(name) as number;
    const range = request.roots[name] as string;
    facts.push({ source: null, target, range, allowed: allowedIn(target, range) });
  }
  plugins.forEach(({ releases }, plugin) => {
    const needs = new Map<string, { target: number; range: string; versions: Bits }>();
    releases.forEach(({ dependencies }, index) => {
      for (const name of Object.keys(dependencies).sort(byText)) {
        const target = places.get(name) as number;
        const range = dependencies[name] as string;
        const need = needs.get(`${target} ${range}`) ?? { target, range, versions: none(releases.length + 1) };
        needs.set(`${target} ${range}`, need);
        add(need.versions, index + 1);
      }
    });
    for (const { target, range, versions } of needs.values())
      facts.push({ source: { plugin, versions }, target, range, allowed: allowedIn(target, range) });
  });
  const nogoods = facts.map((fact, index) => nogoodOf(fact, index, sizes)).filter((nogood) => nogood !== null);
  const order = decisionOrder(plugins, places, depths);
  const puzzle = { sizes, order, facts: nogoods, prefer: preferenceOf(plugins, request), maxDecisions: MAX_DECISIONS };
  return { request, plugins, places, facts, depths, puzzle };
}

/** Everything the roots can lead to, by any version; plugins by name. */
function reach(documents: ReadonlyMap<string, IndexDocument>, request: ResolveRequest) {
  const found = new Map<string, { candidates: Candidates; depth: number }>();
  let names = Object.keys(request.roots);
  for (let depth = 0; names.length > 0; depth++) {
    const next = new Set<string>();
    for (const name of names) {
      if (found.has(name)) continue;
      const candidates = candidatesOf(name, documents.get(name), request);
      found.set(name, { candidates, depth });
      for (const { dependencies } of candidates.releases) for (const key of Object.keys(dependencies)) next.add(key);
    }
    names = [...next];
  }
  const rows = [...found.values()].sort((a, b) => byText(a.candidates.name, b.candidates.name));
  return {
    plugins: rows.map(({ candidates }) => candidates),
    depths: rows.map(({ depth }) => depth),
    places: new Map(rows.map(({ candidates }, index) => [candidates.name, index])),
  };
}

/** “Some of these versions, and the target outside its range” must not be. */
function nogoodOf({ source, target, allowed }: Fact, index: number, sizes: readonly number[]): Nogood | null {
  const outside = { plugin: target, set: without(all(sizes[target] ?? 1), allowed) };
  const terms = source === null ? [outside] : [{ plugin: source.plugin, set: source.versions }, outside];
  return factOf(index, sizes, terms);
}

/** The locked version if it is still open, else the newest (or oldest). */
function preferenceOf(plugins: readonly Candidates[], { lock, update = [], minimal = false }: ResolveRequest) {
  const moving = new Set(update);
  const locked = plugins.map(({ name, releases }) => {
    const held = moving.has(name) ? undefined : ownValue(lock, name);
    return held === undefined ? ABSENT : releases.findIndex(({ version }) => version === held.version) + 1;
  });
  return (plugin: number, open: Bits): number => {
    const held = locked[plugin] ?? ABSENT;
    if (held !== ABSENT && has(open, held)) return held;
    const word = minimal ? open.findLastIndex((one) => one !== 0) : open.findIndex((one) => one !== 0);
    const value = open[word] ?? 0;
    return word * 32 + (31 - Math.clz32(minimal ? value : value & -value));
  };
}
