import { concatBytes, decodeHex } from "../../../../src/domain/bytes.ts";
import { type FakeEntry, patched, zip } from "../archive.ts";

export const MANIFEST: FakeEntry = { name: "manifest.json", data: "{}" };
export const README_TEXT = "rbsm ".repeat(100);
export const README_DEFLATED = decodeHex("2b4a2ace55182546140100") as Uint8Array;
export const README: FakeEntry = { name: "README.md", data: README_TEXT, raw: README_DEFLATED };

/** The smallest archive: 126 bytes (README of src/domain/bundle, Worked examples). */
export const E1 = zip([MANIFEST]);
/** With a deflated second entry: 231 bytes. */
export const E2 = zip([MANIFEST, README]);

export function e1With(changes: Readonly<Record<number, number>>): () => Uint8Array {
  return () => patched(E1, changes);
}

/** Two entries that say nothing, so that one of them can be wrong. */
export function second(entry: FakeEntry): () => Uint8Array {
  return () => zip([MANIFEST, { name: "NOTICE", data: "x".repeat(40), ...entry }]);
}

/** The second entry's data is this deflate stream. */
export function deflated(raw: Uint8Array, data: string | Uint8Array = README_TEXT): () => Uint8Array {
  return () => zip([MANIFEST, { ...README, data, raw }]);
}

export function named(...names: readonly (string | Uint8Array)[]): () => Uint8Array {
  return () => zip([MANIFEST, ...names.map((name) => ({ name, data: "x" }))]);
}

export function tail(...bytes: readonly Uint8Array[]): () => Uint8Array {
  return () => concatBytes(...bytes);
}
