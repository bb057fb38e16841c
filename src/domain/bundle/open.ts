import { sha512 } from "@noble/hashes/sha2.js";
import { encodeHex } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";
import { type Capabilities, capabilitiesDigest, capabilitiesOf, closureDigestOf } from "../manifest/capabilities.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { byText } from "../manifest/text.ts";
import { ok, type Result, refuse } from "../result.ts";
import { checkLength, readEndRecord } from "./container.ts";
import { checkContent, checkManifestText } from "./content.ts";
import { checkSizes, readData } from "./data.ts";
import { readDirectory } from "./directory.ts";
import { checkDocuments, isKeptForDocuments } from "./documents.ts";
import { readEntries } from "./layout.ts";
import { LIMITS } from "./limits.ts";
import { checkNames } from "./names.ts";
import { type BundleProblem, Held, problem } from "./problem.ts";
import { checkFileMap, MANIFEST_PATH, readManifest } from "./read-manifest.ts";
import { DEFLATED, type Entry } from "./records.ts";

export type { BundleProblem } from "./problem.ts";

export interface OpenedEntry {
  readonly path: string;
  /** Inflated bytes. */
  readonly size: number;
  /** Of the inflated content; lower-case hex. */
  readonly sha256: string;
  /** Where the entry's (compressed) data begins in the bundle. */
  readonly offset: number;
  readonly compressedSize: number;
  readonly method: "stored" | "deflated";
}

/** A bundle that passed every step of the reader. Digests are lower-case hex. */
export interface OpenedBundle {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly sha256: string;
  /** Computed when first asked for: only statements carry it, and it would cost every reader a third of the time. */
  readonly sha512: string;
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly manifestSha256: string;
  readonly capabilities: Capabilities;
  readonly capabilitiesDigest: string;
  readonly closureDigest: string;
  /** In archive order, `manifest.json` first. */
  readonly entries: readonly OpenedEntry[];
  /** The content of an entry, or null when there is none of that path. May be a view into `bytes`: read only. */
  file(path: string): Uint8Array | null;
}

/**
 * Steps 1–12 of reading (README, Reading). Steps 1–8 answer with one problem, steps 9–12 with up to 100 of one step,
 * sorted by path, line and code. Holds the file and one inflated entry at a time.
 */
export async function openBundle(
  bytes: Uint8Array,
  options: { readonly expectedSha256?: string } = {},
): Promise<Result<OpenedBundle, readonly BundleProblem[]>> {
  const length = checkLength(bytes);
  if (!length.ok) return refuse([length.problem]);
  const digest = sha256Hex(bytes);
  if (options.expectedSha256 !== undefined && (await digest) !== options.expectedSha256) {
    return refuse([problem("bundle_digest_mismatch", `is ${await digest}, expected ${options.expectedSha256}`)]);
  }
  const entries = readArchive(bytes);
  if (!entries.ok) return refuse([entries.problem]);
  const contents = await readContents(bytes, entries.value.entries, entries.value.held);
  if (!contents.ok) return refuse([contents.problem]);

  const { kept, found, problems } = contents.value;
  const manifestBytes = kept.get(MANIFEST_PATH);
  if (manifestBytes === undefined) return refuse([problem("manifest_missing", `no ${MANIFEST_PATH}`)]);
  const manifest = readManifest(manifestBytes, [...found.keys()]);
  if (!manifest.ok) return refuse(sorted(manifest.problem));
  const unequal = checkFileMap(manifest.value, found);
  if (unequal.length > 0) return refuse(sorted(unequal));
  const content = [...checkManifestText(manifest.value), ...problems];
  if (content.length > 0) return refuse(sorted(content));
  const file = fileReader(bytes, entries.value.entries);
  const documents = checkDocuments(manifest.value, kept, file);
  if (documents.length > 0) return refuse(sorted(documents));

  const capabilities = capabilitiesOf(manifest.value);
  let longDigest: string | null = null;
  return ok({
    bytes,
    size: bytes.length,
    sha256: await digest,
    get sha512() {
      longDigest ??= encodeHex(sha512(bytes));
      return longDigest;
    },
    manifest: manifest.value,
    manifestBytes,
    manifestSha256: found.get(MANIFEST_PATH)?.sha256 ?? "",
    capabilities,
    capabilitiesDigest: await capabilitiesDigest(capabilities),
    closureDigest: await closureDigestOf(capabilities),
    entries: entries.value.entries.map((entry) => opened(entry, found)),
    file,
  });
}

/** Steps 2–8, up to the point where something is inflated. */
function readArchive(
  bytes: Uint8Array,
): Result<{ readonly entries: readonly Entry[]; readonly held: Held }, BundleProblem> {
  const held = new Held();
  const end = readEndRecord(bytes);
  if (!end.ok) return end;
  const records = readDirectory(bytes, end.value, held);
  if (!records.ok) return records;
  const entries = readEntries(bytes, records.value, end.value, held);
  if (!entries.ok) return entries;
  const fault = checkNames(entries.value, held) ?? checkSizes(entries.value, held);
  return fault === null ? ok({ entries: entries.value, held }) : refuse(fault);
}

interface Contents {
  readonly found: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>;
  /** Small files that later steps read again. */
  readonly kept: ReadonlyMap<string, Uint8Array>;
  /** Findings of step 11, reported only after steps 9 and 10. */
  readonly problems: readonly BundleProblem[];
}

/** The rest of step 8, one entry after the other. Content is looked at while it is at hand, so that nothing inflates twice. */
async function readContents(
  bytes: Uint8Array,
  entries: readonly Entry[],
  held: Held,
): Promise<Result<Contents, BundleProblem>> {
  const found = new Map<string, { readonly size: number; readonly sha256: string }>();
  const kept = new Map<string, Uint8Array>();
  const problems: BundleProblem[] = [];
  let hashing: Promise<unknown> = Promise.resolve();
  for (const entry of entries) {
    const data = readData(bytes, entry, held);
    if ("fault" in data) return refuse(data.fault);
    const { path, size } = entry;
    // One digest behind: where the engine hashes in another thread, it does so while the next entry is inflated.
    await hashing;
    hashing = sha256Hex(data.bytes).then((sha256) => found.set(path, { size, sha256 }));
    if (path === MANIFEST_PATH || isKeptForDocuments(path, size)) kept.set(path, data.bytes);
    if (path !== MANIFEST_PATH) problems.push(...checkContent(path, data.bytes));
  }
  await hashing;
  return held.first === null ? ok({ found, kept, problems }) : refuse(held.first);
}

function fileReader(bytes: Uint8Array, entries: readonly Entry[]): (path: string) => Uint8Array | null {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return (path) => {
    const entry = byPath.get(path);
    if (entry === undefined) return null;
    const data = readData(bytes, entry, new Held());
    if ("fault" in data) throw new Error(`the bytes of an open bundle changed: ${data.fault.code} in ${path}`);
    return data.bytes;
  };
}

function opened(
  entry: Entry,
  found: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>,
): OpenedEntry {
  const { path, size, dataOffset, compressedSize, method } = entry;
  return {
    path,
    size,
    sha256: found.get(path)?.sha256 ?? "",
    offset: dataOffset,
    compressedSize,
    method: method === DEFLATED ? "deflated" : "stored",
  };
}

function sorted(problems: readonly BundleProblem[]): readonly BundleProblem[] {
  return [...problems]
    .sort((a, b) => byText(a.path ?? "", b.path ?? "") || (a.line ?? 0) - (b.line ?? 0) || byText(a.code, b.code))
    .slice(0, LIMITS.maxProblems);
}
