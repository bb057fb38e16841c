import fc from "fast-check";
import { expect, it } from "vitest";
import { satisfies } from "../../../src/domain/release/version.ts";
import { type Plan, resolve } from "../../../src/domain/resolve/resolve.ts";
import { documentsOf, type Shelf } from "./index-documents.ts";

const NAMES = ["a", "b", "c", "d", "e"];
const VERSIONS = ["1.0.0", "1.1.0", "2.0.0", "3.0.0"];
const RANGES = [
  "*",
  "^1.0.0",
  "~1.1.0",
  "1.0.0",
  ">=1.1.0",
  "<2.0.0",
  "^2.0.0",
  "1.0.0 || 3.0.0",
  ">=2.0.0 <4.0.0",
  "^4.0.0",
];

const needs = fc.dictionary(fc.constantFrom(...NAMES, "nowhere"), fc.constantFrom(...RANGES), { maxKeys: 3 });
const shelves: fc.Arbitrary<Shelf> = fc.dictionary(
  fc.constantFrom(...NAMES),
  fc.dictionary(fc.constantFrom(...VERSIONS), needs, { minKeys: 1 }),
  { minKeys: 2 },
);
const roots = fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(...RANGES), { minKeys: 1, maxKeys: 3 });

/** Tries everything: one version or none of each plugin. */
function canBeMet(shelf: Shelf, wishes: { readonly [name: string]: string }): boolean {
  const names = Object.keys(shelf);
  const holds = (chosen: ReadonlyMap<string, string>, wanted: { readonly [name: string]: string }) =>
    Object.entries(wanted).every(([name, range]) => satisfies(chosen.get(name) ?? "", range));
  const search = (index: number, chosen: Map<string, string>): boolean => {
    const name = names[index];
    if (name === undefined)
      return holds(chosen, wishes) && [...chosen].every(([one, version]) => holds(chosen, shelf[one]?.[version] ?? {}));
    if (search(index + 1, chosen)) return true;
    for (const version of Object.keys(shelf[name] ?? {})) {
      if (search(index + 1, new Map(chosen).set(name, version))) return true;
    }
    return false;
  };
  return search(0, new Map());
}

function versionsIn({ install, update, keep }: Plan): { readonly [name: string]: string } {
  return Object.fromEntries([...install, ...update, ...keep].map(({ name, version }) => [name, version]));
}

function shuffled<T>(record: { readonly [key: string]: T }, turn: number): { readonly [key: string]: T } {
  const entries = Object.entries(record);
  return Object.fromEntries(
    [...entries.slice(turn % entries.length || 0), ...entries.slice(0, turn % entries.length || 0)].reverse(),
  );
}

it("a plan is found exactly when there is one, and it meets every need without a plugin too many", async () => {
  await fc.assert(
    fc.asyncProperty(shelves, roots, fc.boolean(), async (shelf, wishes, minimal) => {
      const answer = await resolve(documentsOf(shelf), { appVersion: "0.1.0", roots: wishes, minimal });
      expect(answer.ok).toBe(canBeMet(shelf, wishes));
      if (!answer.ok) {
        expect(answer.problem.reason).toBe("resolution_conflict");
        expect(answer.problem.facts?.explanation).not.toEqual([]);
        return;
      }
      const chosen = versionsIn(answer.value);
      const wanted = [wishes, ...Object.entries(chosen).map(([name, version]) => shelf[name]?.[version] ?? {})];
      for (const need of wanted)
        for (const [name, range] of Object.entries(need)) expect(satisfies(chosen[name] ?? "", range)).toBe(true);
      const asked = new Set(wanted.flatMap((need) => Object.keys(need)));
      expect(Object.keys(chosen).filter((name) => !asked.has(name))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

it("the order of plugins, versions and wishes changes nothing, not even a sentence", async () => {
  await fc.assert(
    fc.asyncProperty(shelves, roots, fc.nat(5), async (shelf, wishes, turn) => {
      const turned = Object.fromEntries(
        Object.entries(shuffled(shelf, turn)).map(([name, versions]) => [
          name,
          Object.fromEntries(
            Object.entries(shuffled(versions, turn)).map(([version, need]) => [version, shuffled(need, turn)]),
          ),
        ]),
      );
      const plain = await resolve(documentsOf(shelf), { appVersion: "0.1.0", roots: wishes });
      const other = await resolve(documentsOf(turned), { appVersion: "0.1.0", roots: shuffled(wishes, turn) });
      expect(other).toEqual(plain);
    }),
    { numRuns: 80 },
  );
});

it("what a plan locked is kept by the next, whatever was published since", async () => {
  await fc.assert(
    fc.asyncProperty(shelves, roots, async (shelf, wishes) => {
      const before = await resolve(documentsOf(shelf), { appVersion: "0.1.0", roots: wishes });
      if (!before.ok) return;
      const lock = Object.fromEntries(
        before.value.install.map(({ name, version, sha256 }) => [name, { version, sha256 }]),
      );
      const since = Object.fromEntries(
        Object.entries(shelf).map(([name, versions]) => [name, { ...versions, "1.9.0": {}, "9.0.0": {} }]),
      );
      const after = await resolve(documentsOf(since), { appVersion: "0.1.0", roots: wishes, lock });
      if (!after.ok) throw new Error(after.problem.detail);
      expect(after.value).toMatchObject({ install: [], update: [], remove: [] });
    }),
    { numRuns: 80 },
  );
});
