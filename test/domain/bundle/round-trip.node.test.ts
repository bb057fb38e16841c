import fc from "fast-check";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { unzip } from "unzipit";
import { describe, expect, it } from "vitest";
import { type OpenedBundle, openBundle } from "../../../src/domain/bundle/open.ts";
import { deflate, packBundle } from "../../../src/domain/bundle/pack.ts";
import { writeArchive } from "../../../src/domain/bundle/write.ts";
import type { Json, JsonObject } from "../../../src/domain/json/json.ts";
import { bytesOf, patched } from "./archive.ts";
import { prose } from "./noise.ts";
import { bundle, SAMPLE_FILES, SAMPLE_MANIFEST } from "./sample.ts";
import { E1, E2 } from "./vectors/examples.ts";

async function packSample(extra: Readonly<Record<string, Uint8Array>> = {}): Promise<OpenedBundle> {
  const files = new Map(Object.entries({ ...SAMPLE_FILES, ...extra }));
  const packed = await packBundle({ manifest: SAMPLE_MANIFEST, files, sdk: "1.0.0" });
  if (!packed.ok) throw new Error(JSON.stringify(packed.problem));
  return packed.value;
}

describe("packing", () => {
  it("is undone by opening, whatever the files are", async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,12}\.txt$/);
    const text = fc.string({ unit: "grapheme-ascii", maxLength: 3000 });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, text, { maxKeys: 6 }), async (texts) => {
        const extra = Object.fromEntries(
          Object.entries(texts).map(([file, content]) => [`ui/pages/${file}`, bytesOf(`: ${content}`)]),
        );
        const opened = await packSample(extra);
        for (const [path, bytes] of Object.entries(extra)) expect(opened.file(path)).toEqual(bytes);
        const files = new Map(opened.entries.slice(1).map(({ path }) => [path, opened.file(path) as Uint8Array]));
        const manifest = JSON.parse(new TextDecoder().decode(opened.manifestBytes)) as JsonObject;
        const again = await packBundle({ manifest, files, sdk: "1.0.0" });
        expect(again.ok && again.value.bytes).toEqual(opened.bytes);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it("does not depend on the order of files or keys, nor on $schema", async () => {
    const backwards = Object.fromEntries(Object.entries(SAMPLE_MANIFEST).reverse()) as { [key: string]: Json };
    const packed = await packBundle({
      manifest: { ...backwards, $schema: "https://example.org/manifest.json", files: {}, build: { encoder: "mine" } },
      files: new Map(Object.entries(SAMPLE_FILES).reverse()),
      sdk: "1.0.0",
    });
    expect(packed.ok && packed.value.bytes).toEqual(await bundle());
  });

  it("writes what fflate's zipSync writes for these files", async () => {
    const extra = { "ui/pages/long.txt": prose(300_000), "ui/pages/none.txt": new Uint8Array() };
    const opened = await packSample(extra);
    const zippable: Zippable = {};
    for (const { path, method } of opened.entries) {
      const level = method === "deflated" ? 9 : 0;
      zippable[path] = [opened.file(path) as Uint8Array, { level, mem: 8, mtime: new Date(1980, 0, 1) }];
    }
    expect(zipSync(zippable)).toEqual(opened.bytes);
  });

  it("gives what other unzippers read alike", async () => {
    const opened = await packSample({ "ui/pages/long.txt": prose(100_000) });
    const byFflate = unzipSync(opened.bytes);
    const { entries } = await unzip(opened.bytes.slice());
    for (const { path } of opened.entries) {
      expect(byFflate[path]).toEqual(opened.file(path));
      expect(new Uint8Array((await entries[path]?.arrayBuffer()) as ArrayBuffer)).toEqual(opened.file(path));
    }
    expect(Object.keys(entries).length).toBe(opened.entries.length);
  });

  it("refuses what the reader refuses, and a path before anything is written", async () => {
    const files = new Map(Object.entries(SAMPLE_FILES)).set("../x", bytesOf("x"));
    const packed = await packBundle({ manifest: SAMPLE_MANIFEST, files });
    expect(packed.ok ? [] : packed.problem).toMatchObject([{ code: "path_dot_segment", path: "../x" }]);
    const unfinished = await packBundle({ manifest: {}, files: new Map() });
    expect(unfinished.ok ? [] : unfinished.problem.map((problem) => problem.code)).toContain("manifest_field_missing");
  });
});

describe("a damaged archive is refused or says the same", () => {
  for (const [name, bytes] of [
    ["E1", E1],
    ["E2", E2],
  ] as const) {
    it(`${name}, cut anywhere`, async () => {
      for (let length = 0; length < bytes.length; length++) {
        const opened = await openBundle(bytes.slice(0, length));
        expect(opened.ok ? "accepted" : opened.problem[0]?.code).toMatch(/^(?:bundle_too_small|end_record_missing)$/);
      }
    });

    it(`${name}, one byte changed to anything`, async () => {
      // These two are no bundles: whatever is sound as an archive is refused for its manifest.
      const late: number[] = [];
      for (let at = 0; at < bytes.length; at++) {
        for (let value = 0; value < 256; value++) {
          if (bytes[at] === value) continue;
          const opened = await openBundle(patched(bytes, { [at]: value }));
          expect(opened.ok).toBe(false);
          if (!opened.ok && opened.problem[0]?.code.startsWith("manifest_")) late.push(at);
        }
      }
      // Only inside the deflated data of E2: another coding of the same 500 bytes.
      expect(late.every((at) => name === "E2" && at >= 84 && at < 95)).toBe(true);
    }, 60_000);
  }

  it("the sample, at random places", async () => {
    const sound = await bundle();
    const whole = await openBundle(sound);
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.nat(255), async (at, value) => {
        const opened = await openBundle(patched(sound, { [at]: value }));
        if (opened.ok) expect(whole.ok && opened.value.manifestSha256).toBe(whole.ok && whole.value.manifestSha256);
      }),
      { numRuns: 400 },
    );
  });

  it("two archives in a row", async () => {
    for (const first of [E1, E2]) {
      for (const second of [E1, E2]) {
        const both = new Uint8Array([...first, ...second]);
        const opened = await openBundle(both);
        expect(opened.ok ? "accepted" : opened.problem[0]?.code).toMatch(/^directory_(?:signature|gap)$/);
      }
    }
  });
});

it("writes the manifest first and the rest in byte order", () => {
  const files = new Map([
    ["b", bytesOf("1")],
    ["manifest.json", bytesOf("{}")],
    ["a/b", bytesOf("2")],
    ["Z", bytesOf("3")],
  ]);
  expect(Object.keys(unzipSync(writeArchive(files, deflate)))).toEqual(["manifest.json", "Z", "a/b", "b"]);
});
