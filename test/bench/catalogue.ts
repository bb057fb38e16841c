import { type Effort, errorsOf, meanP50, type Outcome } from "./compare.ts";
import { type Load, type Measured, measure } from "./load.ts";
import type { Site } from "./site.ts";

const FIRST = 1_000;
const SIZES = [10_000, 100_000];
const TARGET = 1.3;
/** What one instance has installed, and what another wants: `copy-601` and on need a plugin each. */
const CHECKS = 100;
const ROOTS = 10;
const CHECKED = JSON.stringify({
  appVersion: "0.1.0",
  plugins: Array.from({ length: CHECKS }, (_, at) => ({ name: `copy-${401 + 2 * at}`, version: "1.0.0", auto: true })),
});
const WANTED = JSON.stringify({
  appVersion: "0.1.0",
  roots: Object.fromEntries(Array.from({ length: ROOTS }, (_, at) => [`copy-${601 + 2 * at}`, "*"])),
});

interface Path {
  readonly name: string;
  readonly part: Part;
  readonly url: string;
  readonly sent?: (site: Site) => Partial<Load>;
}
type Part = "catalogue" | "resolve";

/** What must cost the same at any size. Fifty plugins carry the word, however many there are. */
const PATHS: readonly Path[] = [
  { name: "list 20, filtered", part: "catalogue", url: "/v1/plugins?type=mixed&category=requests&limit=20" },
  { name: "list 20 by rank", part: "catalogue", url: "/v1/search?type=mixed&category=requests" },
  { name: "search, 50 match", part: "catalogue", url: "/v1/search?query=rarely" },
  { name: "contains-match, 50", part: "catalogue", url: "/v1/plugins?query=rarel" },
  { name: "detail", part: "catalogue", url: "/v1/plugins/1000500" },
  {
    name: "update check, 100",
    part: "catalogue",
    url: "/v1/updates",
    sent: (site) => json(CHECKED, { authorization: site.instanceHeader() }),
  },
  { name: "resolve 10 roots", part: "resolve", url: "/v1/resolve", sent: () => json(WANTED) },
];

interface Phase {
  readonly floor: readonly Measured[];
  readonly paths: ReadonlyMap<Path, readonly Measured[]>;
}

/**
 * The same calls at 1,000, 10,000 and 100,000 plugins. Each size is measured beside a bare point read, and p50 counts in units of
 * that: the machine may be slower an hour later, the ratio is not.
 */
export async function* benchCatalogue(
  site: Site,
  effort: Effort,
  parts: readonly Part[],
  sizes: readonly number[] = SIZES,
): AsyncGenerator<Outcome> {
  const paths = PATHS.filter(({ part }) => parts.includes(part));
  await site.grow(FIRST);
  const before = await measurePhase(site, effort, paths);
  for (const size of sizes) {
    await site.grow(size);
    const after = await measurePhase(site, effort, paths);
    for (const path of paths) yield growth(path, size, before, after);
  }
}

async function measurePhase(site: Site, { rounds, ...effort }: Effort, paths: readonly Path[]): Promise<Phase> {
  const floor: Measured[] = [];
  const measured = new Map(paths.map((path): [Path, Measured[]] => [path, []]));
  for (let round = 0; round < rounds; round++) {
    floor.push(await measure({ ...effort, url: `${site.floor}/d1` }));
    for (const [path, results] of measured)
      results.push(await measure({ ...effort, ...path.sent?.(site), url: `${site.marketplace}${path.url}` }));
  }
  return { floor, paths: measured };
}

function json(body: string, headers: Readonly<Record<string, string>> = {}): Partial<Load> {
  return { method: "POST", headers: { ...headers, "content-type": "application/json" }, body };
}

function growth(path: Path, size: number, before: Phase, after: Phase): Outcome {
  const measured = (phase: Phase) => phase.paths.get(path) ?? [];
  const at = (phase: Phase) => meanP50(measured(phase)) / meanP50(phase.floor);
  const figure = at(after) / at(before);
  return {
    path: `${path.name}, ${size.toLocaleString("en")}`,
    value: `p50 ${meanP50(measured(after)).toFixed(1)} ms`,
    floor: `at 1,000 p50 ${meanP50(measured(before)).toFixed(1)} ms`,
    figure,
    target: `≤ ${TARGET}`,
    holds: figure <= TARGET,
    errors: errorsOf([...measured(before), ...measured(after), ...before.floor, ...after.floor]),
  };
}
