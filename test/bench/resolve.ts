import { compareVersions, satisfies } from "../../src/domain/release/version.ts";
import { resolve } from "../../src/domain/resolve/resolve.ts";
import { documentsOf, type Shelf } from "../domain/resolve/index-documents.ts";
import type { Outcome } from "./compare.ts";

/** A plan of 1,000 plugins. */
const TARGET_MS = 1000;
const PLUGINS = 1000;
const VERSIONS = 10;
const NEEDS = 3;

/** Choosing versions for a graph of 1,000 plugins; the floor is asking `semver` about the same versions once. */
export async function benchResolve(quick: boolean): Promise<Outcome> {
  const documents = documentsOf(entangledShelf());
  const request = { appVersion: "0.1.0", roots: { p0: "*", p1: "*", p2: "*" } };
  const times: number[] = [];
  let errors = 0;
  for (let round = 0; round < (quick ? 3 : 9); round++) {
    const from = performance.now();
    const plan = await resolve(documents, request);
    times.push(performance.now() - from);
    if (!plan.ok || plan.value.install.length < PLUGINS / 2) errors++;
  }
  const from = performance.now();
  for (const { releases } of documents.values())
    for (const { version, dependencies } of releases)
      for (const range of Object.values(dependencies)) if (satisfies(version, range)) compareVersions(version, version);
  const floor = performance.now() - from;
  const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  return {
    path: `resolve ${PLUGINS} plugins`,
    value: `${median.toFixed(0)} ms`,
    floor: `${floor.toFixed(0)} ms, one range test per need`,
    figure: median,
    target: `≤ ${TARGET_MS} ms`,
    holds: median <= TARGET_MS,
    errors,
  };
}

/** The same shelf every time: each version needs three others, half of them within one major version. */
function entangledShelf(): Shelf {
  let seed = 7;
  const chance = () => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const needs = (self: number) =>
    Object.fromEntries(
      Array.from({ length: NEEDS }, () => Math.floor(chance() * PLUGINS))
        .filter((other) => other !== self)
        .map((other) => [`p${other}`, chance() < 0.5 ? `^${1 + Math.floor(chance() * 3)}.0.0` : ">=1.1.0"]),
    );
  return Object.fromEntries(
    Array.from({ length: PLUGINS }, (_, plugin) => [
      `p${plugin}`,
      Object.fromEntries(
        Array.from({ length: VERSIONS }, (_, n) => [`${1 + (n % 3)}.${Math.floor(n / 3)}.0`, needs(plugin)]),
      ),
    ]),
  );
}
