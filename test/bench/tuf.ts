import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { Json } from "../../src/domain/json/json.ts";
import { Repository } from "../domain/tuf/repository.ts";
import type { Outcome } from "./compare.ts";

/** Catalogue sizes at which one publication is measured. */
const SIZES = [10, 1_000, 10_000, 100_000];
/**
 * Of a publication, over writing, signing and hashing the same documents with what Node brings. No
 * promise of the product, but room above what was measured (4 to 7): work that grows with the catalogue would show.
 */
const TARGET = 8;
const WARM_UP = 20;
const { privateKey } = generateKeyPairSync("ed25519");

/** What a publication rewrites in the update repository: signing and hashing, without the store. */
export async function* benchTuf(quick: boolean): AsyncGenerator<Outcome> {
  for (const size of SIZES) yield await publication(size, quick ? 31 : 61);
}

async function publication(size: number, rounds: number): Promise<Outcome> {
  const now = Math.floor(Date.now() / 1000);
  const repository = await repositoryOf(size, now);
  const times: number[] = [];
  const floors: number[] = [];
  let written = 0;
  for (let turn = -WARM_UP; turn < rounds; turn++) {
    const plugin = `plugin-${(turn + WARM_UP) % size}`;
    const changed = [
      await repository.list(`index/${plugin}.json`, new TextEncoder().encode(`{"n":${turn}}`)),
      await repository.list(`bundle/${plugin}/1.0.${turn + WARM_UP + 1}.rbsm`, BUNDLE),
    ];
    const begun = performance.now();
    const { files } = await repository.write([...new Set(changed)], now);
    const time = performance.now() - begun;
    const floor = bare(files.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)) as Json));
    if (turn < 0) continue;
    times.push(time);
    floors.push(floor);
    written += files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }
  const [time, floor] = [median(times), median(floors)];
  return {
    path: `publication, ${size.toLocaleString("en")} plugins`,
    value: `${time.toFixed(1)} ms`,
    floor: `sign + SHA-256 of ${Math.round(written / rounds / 1024)} KiB ${floor.toFixed(2)} ms`,
    figure: time / floor,
    target: `≤ ${TARGET}`,
    holds: time / floor <= TARGET,
    errors: 0,
  };
}

/** Every plugin with its index and one bundle. */
async function repositoryOf(size: number, now: number): Promise<Repository> {
  const repository = await Repository.open(now);
  const listed = { length: BUNDLE.length, hashes: { sha256: createHash("sha256").update(BUNDLE).digest("hex") } };
  for (let plugin = 0; plugin < size; plugin++)
    for (const target of [`index/plugin-${plugin}.json`, `bundle/plugin-${plugin}/1.0.0.rbsm`]) {
      const bin = `bin-${createHash("sha256").update(target).digest("hex").slice(0, 2)}`;
      const others = repository.listed[bin] ?? {};
      others[target] = listed;
      repository.listed[bin] = others;
    }
  await repository.write(Object.keys(repository.listed), now);
  return repository;
}

const BUNDLE = new TextEncoder().encode("{}");

/** The floor: the same documents without a canonical form. Milliseconds. */
function bare(documents: readonly Json[]): number {
  const begun = performance.now();
  for (const document of documents) {
    const bytes = Buffer.from(JSON.stringify(document));
    sign(null, bytes, privateKey);
    createHash("sha256").update(bytes).digest("hex");
  }
  return performance.now() - begun;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
