import { deflateSync } from "fflate";
import { describe, expect, it } from "vitest";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { ENCODER } from "../../../src/domain/bundle/pack.ts";
import { judgeReproducible } from "../../../src/domain/bundle/reproducible.ts";
import { writeArchive } from "../../../src/domain/bundle/write.ts";
import { canonicalBytes } from "../../../src/domain/json/canonical.ts";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import { packedSamples } from "./packed-samples.ts";

/** Digests of the samples: one encoder, one answer, on every engine, system, zone and locale. */
export const DIGESTS: Readonly<Record<string, string>> = {
  plain: "bc8c353dd9c9bd883be32e5b05aaa705abf3a1d807dd90affddc842fa160db1f",
  "an empty file": "216fb33d5f34b4a9a334128f738714fdfff333d085d2abe0118437ecaabce75b",
  "a large text": "57f807022f9d5563c243fd2de798236f3484573881940fd4e54424ac2d84813f",
  "what hardly shrinks": "08e8c490010ad0de6f931a018e5041b5d9e3388c0a8f77364c268aad20a42075",
  "a hundred files": "2ff444d18e624587b75dc57a1a7e644bef783eb5f99b6548994b31a1c4dfa56f",
};

export function packsTheSameEverywhere(): void {
  describe("packing the same files", () => {
    it("gives these digests", async () => {
      const samples = await packedSamples();
      expect(Object.fromEntries(samples.map(([name, bundle]) => [name, bundle.sha256]))).toEqual(DIGESTS);
    }, 60_000);

    it("is noticed: yes for ours, no for other bytes of the same files, unknown for an encoder nobody here has", async () => {
      const samples = await packedSamples();
      for (const [name, bundle] of samples) expect(judgeReproducible(bundle), name).toBe("yes");
      const [, long] = samples[2] as (typeof samples)[number];
      const files = new Map(
        long.entries
          .filter(({ path }) => path !== "manifest.json")
          .map(({ path }) => [path, long.file(path) as Uint8Array]),
      );
      const repack = async (level: 1 | 9, encoder: string) => {
        const manifest = canonicalBytes({ ...(long.manifest as unknown as JsonObject), build: { encoder } });
        const archive = writeArchive(new Map([["manifest.json", manifest], ...files]), (data) =>
          deflateSync(data, { level, mem: 8 }),
        );
        const opened = await openBundle(archive);
        if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
        return judgeReproducible(opened.value);
      };
      expect(await repack(9, ENCODER)).toBe("yes");
      expect(await repack(1, ENCODER)).toBe("no");
      expect(await repack(9, "zopfli-1.0.3/15")).toBe("unknown");
    }, 60_000);
  });
}
