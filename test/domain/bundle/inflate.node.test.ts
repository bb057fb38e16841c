import { deflateRawSync, inflateRawSync, crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { crc32 } from "../../../src/domain/bundle/crc32.ts";
import { inflateStrict } from "../../../src/domain/bundle/inflate.ts";
import { deflate } from "../../../src/domain/bundle/pack.ts";
import { patched } from "./archive.ts";
import { noise, prose } from "./noise.ts";

const CONTENT = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 2000 }),
  fc.array(fc.constantFrom(65, 66, 67), { minLength: 1, maxLength: 5000 }).map((list) => Uint8Array.from(list)),
  fc.tuple(fc.nat(40_000), fc.nat(99)).map(([length, seed]) => prose(length + 1, seed)),
  fc.tuple(fc.nat(9000), fc.nat(99)).map(([length, seed]) => noise(length + 1, seed)),
);

it("reads back whatever the pinned encoder writes", () => {
  fc.assert(
    fc.property(CONTENT, (content) => {
      expect(inflateStrict(deflate(content), content.length)).toEqual({ ok: true, bytes: content, held: null });
    }),
    { numRuns: 1000 },
  );
}, 60_000);

it("reads every kind of block that zlib writes", () => {
  const content = prose(200_000);
  for (const level of [0, 1, 6, 9]) {
    for (const strategy of [0, 1, 2, 3, 4]) {
      const raw = new Uint8Array(deflateRawSync(content, { level, strategy }));
      const inflated = inflateStrict(raw, content.length);
      expect(inflated.ok && inflated.bytes).toEqual(content);
    }
  }
});

it("decodes every mutant that it accepts exactly as zlib does", () => {
  let accepted = 0;
  fc.assert(
    fc.property(CONTENT, fc.nat(), fc.nat(255), (content, place, value) => {
      const raw = deflate(content);
      const mutant = patched(raw, { [place % raw.length]: value });
      const inflated = inflateStrict(mutant, content.length);
      if (!inflated.ok) return;
      accepted++;
      expect(new Uint8Array(inflateRawSync(mutant))).toEqual(inflated.bytes);
    }),
    { numRuns: 1500 },
  );
  expect(accepted).toBeGreaterThan(0);
}, 60_000);

it("refuses every cut and every wrong size", () => {
  const content = prose(3000);
  const raw = deflate(content);
  for (let length = 0; length < raw.length; length++) {
    expect(inflateStrict(raw.subarray(0, length), content.length)).toEqual({ ok: false, reason: "deflate_truncated" });
  }
  expect(inflateStrict(raw, content.length - 1)).toEqual({ ok: false, reason: "deflate_overrun" });
  expect(inflateStrict(raw, content.length + 1)).toEqual({ ok: false, reason: "deflate_underrun" });
});

it("is linear in its input: a mebibyte of tiny blocks with long codes does not outlast patience", () => {
  const block = deflateRawSync(noise(20), { strategy: 2, finishFlush: 2 });
  const many = new Uint8Array(1024 * 1024);
  for (let at = 0; at + block.length <= many.length; at += block.length) many.set(block, at);
  expect(inflateStrict(many, 8 * 1024 * 1024).ok).toBe(false);
});

it("computes CRC-32 as zlib does, at every length and alignment", () => {
  const bytes = noise(200);
  for (let from = 0; from < 20; from++) {
    for (let to = from; to <= bytes.length; to += 3) {
      expect(crc32(bytes.subarray(from, to))).toBe(zlibCrc32(bytes.subarray(from, to)));
    }
  }
});
