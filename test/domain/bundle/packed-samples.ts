import { type OpenedBundle, openBundle } from "../../../src/domain/bundle/open.ts";
import { packBundle } from "../../../src/domain/bundle/pack.ts";
import { noise, prose } from "./noise.ts";
import { SAMPLE_FILES, SAMPLE_MANIFEST } from "./sample.ts";

/** Accepted bundles of every make: text and noise, empty and large, stored and deflated, one file and a hundred. */
export async function packedSamples(): Promise<readonly (readonly [string, OpenedBundle])[]> {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`ui/pages/part-${String(i).padStart(3, "0")}.txt`, prose(i * 7, i + 1)]),
  );
  return Promise.all(
    Object.entries<Readonly<Record<string, Uint8Array>>>({
      plain: {},
      "an empty file": { "ui/pages/none.txt": new Uint8Array() },
      "a large text": { "ui/pages/long.txt": prose(600_000) },
      "what hardly shrinks": { "ui/pages/words.txt": hardlyShrinks(200_000) },
      "a hundred files": many,
    }).map(async ([name, extra]) => [name, await pack(extra)] as const),
  );
}

async function pack(extra: Readonly<Record<string, Uint8Array>>): Promise<OpenedBundle> {
  const packed = await packBundle({
    manifest: SAMPLE_MANIFEST,
    files: new Map(Object.entries({ ...SAMPLE_FILES, ...extra })),
    sdk: "1.0.0",
  });
  if (!packed.ok) throw new Error(JSON.stringify(packed.problem));
  const opened = await openBundle(packed.value.bytes);
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  return opened.value;
}

/** Text of 64 equally likely letters: six bits in every eight. */
function hardlyShrinks(length: number): Uint8Array {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .";
  return noise(length).map((byte) => letters.charCodeAt(byte % 64));
}
