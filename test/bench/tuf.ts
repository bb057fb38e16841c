import { createHash } from "node:crypto";
import { Repository } from "../domain/tuf/repository.ts";

/** Catalogue sizes at which one publication is measured. */
const SIZES = [10, 1_000, 100_000];
const PUBLICATIONS = 5;

/** What a publication rewrites: `node test/bench/tuf.ts`. Signing and hashing, without the store; times are of this machine. */
for (const size of SIZES) {
  const now = Math.floor(Date.now() / 1000);
  const repository = await Repository.open(now);
  const bytes = new TextEncoder().encode("{}");
  const listed = { length: bytes.length, hashes: { sha256: createHash("sha256").update(bytes).digest("hex") } };
  for (let plugin = 0; plugin < size; plugin++)
    for (const target of [`index/plugin-${plugin}.json`, `bundle/plugin-${plugin}/1.0.0.rbsm`]) {
      const bin = `bin-${createHash("sha256").update(target).digest("hex").slice(0, 2)}`;
      const others = repository.listed[bin] ?? {};
      others[target] = listed;
      repository.listed[bin] = others;
    }
  await repository.write(Object.keys(repository.listed), now);
  const times: number[] = [];
  let files = 0;
  let written = 0;
  for (let turn = 0; turn < PUBLICATIONS; turn++) {
    const changed = [
      await repository.list(`index/plugin-${turn}.json`, new TextEncoder().encode(`{"n":${turn}}`)),
      await repository.list(`bundle/plugin-${turn}/1.0.1.rbsm`, bytes),
    ];
    const begun = performance.now();
    const round = await repository.write([...new Set(changed)], now);
    times.push(performance.now() - begun);
    files = round.files.length;
    written = round.files.reduce((sum, file) => sum + file.bytes.length, 0);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(PUBLICATIONS / 2)] ?? 0;
  console.log(`${size} plugins: ${files} files, ${Math.round(written / 1024)} KiB, ${median.toFixed(1)} ms`);
}
