import { describe, expect, it } from "vitest";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { deflate } from "../../../src/domain/bundle/pack.ts";
import { zip } from "./archive.ts";
import { noise, prose } from "./noise.ts";
import { MANIFEST } from "./vectors/examples.ts";

const MIB = 1024 * 1024;

/** Nearly 100 : 1: a kibibyte of noise over and over. */
const TEXT = new Uint8Array(8 * MIB);
for (let at = 0; at < TEXT.length; at += 1024)
  TEXT.set(at % 65_536 === 0 ? noise(1024, at + 1) : TEXT.subarray(at - 1024, at), at);
const DEFLATED = deflate(TEXT);

function archive(count: number, raw: Uint8Array = DEFLATED): Uint8Array {
  const names = Array.from({ length: count }, (_, index) => `f${String(index).padStart(2, "0")}`);
  return zip([MANIFEST, ...names.map((name) => ({ name, data: TEXT, raw }))]);
}

describe("a bomb", () => {
  it("within the limits costs one entry of memory", async () => {
    expect(TEXT.length / DEFLATED.length).toBeLessThan(100);
    expect(TEXT.length / DEFLATED.length).toBeGreaterThan(30);
    for (const count of [2, 4, 15]) {
      const bytes = archive(count);
      globalThis.gc?.();
      const before = process.memoryUsage().arrayBuffers;
      const opened = await openBundle(bytes);
      // Engines free buffers when they like; holding all entries would be 120 MiB more.
      if (globalThis.gc !== undefined) {
        globalThis.gc();
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bytes.length + 16 * MIB);
      }
      expect(opened.ok).toBe(false);
    }
  }, 60_000);

  it("beyond the limits is not inflated at all", async () => {
    // Nothing of it could be inflated: refused for its size alone, nobody has tried.
    const garbage = DEFLATED.map((byte) => byte ^ 0xff);
    const opened = await openBundle(archive(16 + 1, garbage));
    expect(opened.ok ? [] : opened.problem).toMatchObject([{ code: "total_too_large" }]);
  });

  it("of a thousand tiny files is read to its end", async () => {
    const files = Array.from({ length: 1023 }, (_, index) => ({ name: `g${1000 + index}`, data: prose(100, index) }));
    const opened = await openBundle(zip([MANIFEST, ...files]));
    expect(opened.ok ? [] : opened.problem.map((problem) => problem.code)).toContain("manifest_field_missing");
  });
});
