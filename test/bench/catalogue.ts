import { type Effort, errorsOf, meanP50, type Outcome } from "./compare.ts";
import { type Load, type Measured, measure } from "./load.ts";
import type { Site } from "./site.ts";

const FIRST = 1_000;
const SIZES = [10_000, 100_000] as const;
const TARGET = 1.3;

/** What must cost the same at any size. Fifty plugins carry the word, however many there are. */
const PATHS = {
  "list 20, filtered": "/v1/plugins?type=mixed&category=requests&limit=20",
  "list 20 by rank": "/v1/search?type=mixed&category=requests",
  "search, 50 match": "/v1/search?query=rarely",
  "contains-match, 50": "/v1/plugins?query=rarel",
  detail: "/v1/plugins/1000500",
  "update check, 100": "/v1/updates",
} as const;
/** What one instance has installed. */
const CHECKED = JSON.stringify({
  appVersion: "0.1.0",
  plugins: Array.from({ length: 100 }, (_, at) => ({ name: `copy-${401 + 2 * at}`, version: "1.0.0", auto: true })),
});
type Path = keyof typeof PATHS;

interface Phase {
  readonly floor: readonly Measured[];
  readonly paths: Readonly<Record<Path, readonly Measured[]>>;
}

/**
 * The same calls at 1,000, 10,000 and 100,000 plugins. Each size is measured beside a bare point read, and p50 counts in units of
 * that: the machine may be slower an hour later, the ratio is not.
 */
export async function* benchCatalogue(site: Site, effort: Effort): AsyncGenerator<Outcome> {
  await site.grow(FIRST);
  const before = await measurePhase(site, effort);
  for (const size of SIZES) {
    await site.grow(size);
    const after = await measurePhase(site, effort);
    for (const path of Object.keys(PATHS) as Path[]) yield growth(path, size, before, after);
  }
}

async function measurePhase(site: Site, { rounds, ...effort }: Effort): Promise<Phase> {
  const floor: Measured[] = [];
  const paths: Record<Path, Measured[]> = {
    "list 20, filtered": [],
    "list 20 by rank": [],
    "search, 50 match": [],
    "contains-match, 50": [],
    detail: [],
    "update check, 100": [],
  };
  for (let round = 0; round < rounds; round++) {
    floor.push(await measure({ ...effort, url: `${site.floor}/d1` }));
    for (const path of Object.keys(PATHS) as Path[])
      paths[path].push(await measure({ ...effort, ...sentTo(site, path), url: `${site.marketplace}${PATHS[path]}` }));
  }
  return { floor, paths };
}

/** All but the update check are plain reads. */
function sentTo(site: Site, path: Path): Partial<Load> {
  if (path !== "update check, 100") return {};
  const headers = { authorization: site.instanceHeader(), "content-type": "application/json" };
  return { method: "POST", headers, body: CHECKED };
}

function growth(path: Path, size: number, before: Phase, after: Phase): Outcome {
  const at = (phase: Phase) => meanP50(phase.paths[path]) / meanP50(phase.floor);
  const figure = at(after) / at(before);
  return {
    path: `${path}, ${size.toLocaleString("en")}`,
    value: `p50 ${meanP50(after.paths[path]).toFixed(1)} ms`,
    floor: `at 1,000 p50 ${meanP50(before.paths[path]).toFixed(1)} ms`,
    figure,
    target: `≤ ${TARGET}`,
    holds: figure <= TARGET,
    errors: errorsOf([...before.paths[path], ...after.paths[path], ...before.floor, ...after.floor]),
  };
}
