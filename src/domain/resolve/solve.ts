import {
  ABSENT,
  all,
  type Bits,
  both,
  either,
  has,
  isApart,
  isEmpty,
  isSingle,
  isWithin,
  only,
  without,
} from "./bits.ts";

/** “The choice for this plugin is in the set.” */
export interface Term {
  readonly plugin: number;
  readonly set: Bits;
}

/** Terms that must not all hold at once (README, Search); no plugin twice. Without terms: nothing can be done. */
export interface Nogood {
  readonly terms: readonly Term[];
  readonly cause: { readonly fact: number } | { readonly both: readonly [Nogood, Nogood] };
}

export interface Puzzle {
  /** Choices of each plugin, “not installed” among them. */
  readonly sizes: readonly number[];
  /** Plugins in the order in which they are decided. */
  readonly order: readonly number[];
  readonly facts: readonly Nogood[];
  /** The bit to try first; only asked for sets without “not installed”. */
  readonly prefer: (plugin: number, open: Bits) => number;
  readonly maxDecisions: number;
}

export type Solved =
  | { readonly kind: "solved"; readonly chosen: readonly number[]; readonly decisions: number }
  | { readonly kind: "impossible"; readonly proof: Nogood }
  | { readonly kind: "too_complex" };

/** Terms looked at; bounds the time of a puzzle whose decisions are few and dear to about a second. */
export const MAX_STEPS = 6_000_000;

/** A term costs so much more to learn from than to look at. */
const LEARNING_STEPS = 6;

interface Step {
  readonly plugin: number;
  readonly before: Bits;
  readonly after: Bits;
  readonly level: number;
  /** Null: a decision. */
  readonly cause: Nogood | null;
}

/** Complete search that learns from every contradiction (README, Search). The same puzzle has the same outcome. */
export function solve(puzzle: Puzzle): Solved {
  const search = new Search(puzzle);
  return search.run();
}

class Search {
  readonly #puzzle: Puzzle;
  readonly #open: Bits[];
  readonly #trail: Step[] = [];
  /** Per plugin, its places in the trail. */
  readonly #places: number[][];
  readonly #about: Nogood[][];
  #level = 0;
  #steps = 0;
  #decisions = 0;

  constructor(puzzle: Puzzle) {
    this.#puzzle = puzzle;
    this.#open = puzzle.sizes.map(all);
    this.#places = puzzle.sizes.map(() => []);
    this.#about = puzzle.sizes.map(() => []);
    for (const fact of puzzle.facts) this.#note(fact);
  }

  run(): Solved {
    const hopeless = this.#puzzle.facts.find(({ terms }) => terms.length === 0);
    if (hopeless !== undefined) return { kind: "impossible", proof: hopeless };
    let waiting: number[] = [...this.#puzzle.order];
    for (;;) {
      const conflict = this.#propagate(waiting);
      if (this.#steps > MAX_STEPS) return { kind: "too_complex" };
      if (conflict !== null) {
        const lesson = this.#learn(conflict);
        if (lesson.terms.length === 0) return { kind: "impossible", proof: lesson };
        waiting = lesson.terms.map(({ plugin }) => plugin);
        continue;
      }
      const next = this.#puzzle.order.find((plugin) => this.#isUndecided(plugin));
      if (next === undefined) return { kind: "solved", chosen: this.#chosen(), decisions: this.#decisions };
      if (++this.#decisions > this.#puzzle.maxDecisions) return { kind: "too_complex" };
      this.#level++;
      const open = this.#open[next] as Bits;
      this.#assign(next, only(this.#puzzle.sizes[next] ?? 1, this.#puzzle.prefer(next, open)), null);
      waiting = [next];
    }
  }

  #note(nogood: Nogood): void {
    for (const { plugin } of nogood.terms) this.#about[plugin]?.push(nogood);
  }

  #isUndecided(plugin: number): boolean {
    const open = this.#open[plugin] as Bits;
    return !has(open, ABSENT) && !isSingle(open);
  }

  #chosen(): readonly number[] {
    return this.#open.map((open) => (has(open, ABSENT) ? ABSENT : lowest(open)));
  }

  #assign(plugin: number, after: Bits, cause: Nogood | null): void {
    const before = this.#open[plugin] as Bits;
    this.#places[plugin]?.push(this.#trail.length);
    this.#trail.push({ plugin, before, after, level: this.#level, cause });
    this.#open[plugin] = after;
  }

  /** Draws every conclusion; answers the nogood that came true, if one did. */
  #propagate(waiting: readonly number[]): Nogood | null {
    const queue = [...waiting];
    const queued = new Set(queue);
    for (let at = 0; at < queue.length; at++) {
      const plugin = queue[at] as number;
      queued.delete(plugin);
      // Newest first: what was just learned says most.
      const about = this.#about[plugin] as Nogood[];
      for (let index = about.length - 1; index >= 0; index--) {
        const nogood = about[index] as Nogood;
        const open = this.#lastOpen(nogood);
        if (open === "idle") continue;
        if (open === "true") return nogood;
        this.#assign(open.plugin, without(this.#open[open.plugin] as Bits, open.set), nogood);
        if (!queued.has(open.plugin)) {
          queued.add(open.plugin);
          queue.push(open.plugin);
        }
      }
    }
    return null;
  }

  #lastOpen({ terms }: Nogood): Term | "idle" | "true" {
    let last: Term | null = null;
    for (const term of terms) {
      this.#steps++;
      const open = this.#open[term.plugin] as Bits;
      if (isWithin(open, term.set)) continue;
      if (last !== null || isApart(open, term.set)) return "idle";
      last = term;
    }
    return last ?? "true";
  }

  /** From a contradiction to the nogood behind it; the search stands where that leaves one conclusion. */
  #learn(conflict: Nogood): Nogood {
    let nogood = conflict;
    while (nogood.terms.length > 0) {
      this.#steps += LEARNING_STEPS * nogood.terms.length;
      const places = nogood.terms.map((term) => this.#placeOf(term.plugin, term.set));
      const latest = places.indexOf(Math.max(...places));
      const step = this.#trail[places[latest] as number] as Step;
      const term = nogood.terms[latest] as Term;
      const levels = places.filter((_, index) => index !== latest).map((place) => this.#levelAt(place));
      if (step.cause !== null) {
        const removed = step.cause.terms.find(({ plugin }) => plugin === step.plugin) as Term;
        levels.push(this.#levelAt(this.#placeOf(term.plugin, either(term.set, removed.set))));
      }
      const previous = Math.max(0, ...levels);
      if (step.cause === null || previous < step.level) {
        this.#backTo(previous);
        if (nogood !== conflict) this.#note(nogood);
        return nogood;
      }
      nogood = this.#resolve(nogood, step.cause, term.plugin);
    }
    return nogood;
  }

  /** Where in the trail the choice of the plugin first lay within the set; -1: always. */
  #placeOf(plugin: number, set: Bits): number {
    const places = this.#places[plugin] as number[];
    const first = places[0];
    if (first === undefined || isWithin((this.#trail[first] as Step).before, set)) return -1;
    return places.find((place) => isWithin((this.#trail[place] as Step).after, set)) ?? -1;
  }

  #levelAt(place: number): number {
    return place < 0 ? 0 : (this.#trail[place] as Step).level;
  }

  #backTo(level: number): void {
    while (this.#trail.length > 0 && (this.#trail[this.#trail.length - 1] as Step).level > level) {
      const step = this.#trail.pop() as Step;
      this.#open[step.plugin] = step.before;
      this.#places[step.plugin]?.pop();
    }
    this.#level = level;
  }

  /** What follows from two nogoods about one plugin: all others of both, and the plugin in either set. */
  #resolve(a: Nogood, b: Nogood, plugin: number): Nogood {
    const sets = new Map<number, Bits>();
    for (const { plugin: about, set } of [...a.terms, ...b.terms]) {
      const before = sets.get(about);
      if (before === undefined) sets.set(about, set);
      else sets.set(about, about === plugin ? either(before, set) : both(before, set));
    }
    const pivot = sets.get(plugin);
    if (pivot !== undefined && isWithin(all(this.#puzzle.sizes[plugin] ?? 1), pivot)) sets.delete(plugin);
    return { terms: [...sets].map(([about, set]) => ({ plugin: about, set })), cause: { both: [a, b] } };
  }
}

/** The facts a proof rests on. */
export function factsBehind(proof: Nogood): readonly number[] {
  const seen = new Set<Nogood>();
  const facts = new Set<number>();
  const waiting = [proof];
  for (let nogood = waiting.pop(); nogood !== undefined; nogood = waiting.pop()) {
    if (seen.has(nogood)) continue;
    seen.add(nogood);
    if ("fact" in nogood.cause) facts.add(nogood.cause.fact);
    else waiting.push(...nogood.cause.both);
  }
  return [...facts].sort((a, b) => a - b);
}

/** A nogood of terms about different plugins or one; null when it can never come true. */
export function factOf(fact: number, sizes: readonly number[], terms: readonly Term[]): Nogood | null {
  const sets = new Map<number, Bits>();
  for (const { plugin, set } of terms) {
    const before = sets.get(plugin);
    sets.set(plugin, before === undefined ? set : both(before, set));
  }
  const kept: Term[] = [];
  for (const [plugin, set] of sets) {
    if (isEmpty(set)) return null;
    if (!isWithin(all(sizes[plugin] ?? 1), set)) kept.push({ plugin, set });
  }
  return { terms: kept, cause: { fact } };
}

function lowest(bits: Bits): number {
  const word = bits.findIndex((one) => one !== 0);
  const value = bits[word] ?? 0;
  return word * 32 + (31 - Math.clz32(value & -value));
}
