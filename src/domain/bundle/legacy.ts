import * as z from "zod";
import { type Bytes, decodeBase64url, encodeUtf8 } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";
import { parseJson } from "../json/strict.ts";
import { ok, type Result, refuse } from "../result.ts";
import { crc32 } from "./crc32.ts";
import { fileRule } from "./files.ts";
import { inflateStrict } from "./inflate.ts";
import { type LegacyListing, legacyManifest } from "./legacy-manifest.ts";
import { LIMITS } from "./limits.ts";
import type { OpenedBundle } from "./open.ts";
import { packBundle } from "./pack.ts";
import { type BundleProblem, problem } from "./problem.ts";

/** The JSON inside, inflated: a quarter of what an isolate may hold. */
export const MAX_LEGACY_JSON_BYTES = 33_554_432;
const MAGIC = [0x52, 0x42, 0x53, 0x4d, 0x01, 0x00, 0x00] as const;
const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;
const MAX_JSON_DEPTH = 16;

export interface ConvertedContainer {
  readonly bundle: OpenedBundle;
  /** Files of the container that have no place in a bundle. */
  readonly left: readonly string[];
}

const FILE = z.looseObject({
  content: z.string(),
  encoding: z.enum(["utf8", "utf-8", "base64"]),
  size: z.int().min(0).max(LIMITS.maxFileBytes),
  checksum: z.string().regex(/^[0-9a-f]{64}$/i),
  path: z.string().optional(),
});
const CONTAINER = z.looseObject({
  formatVersion: z.literal("1.0.0"),
  manifest: z.looseObject({ name: z.string(), version: z.string(), main: z.string().optional() }),
  files: z.record(z.string(), FILE),
  encryption: z.unknown().optional(),
});

/** The container of older hosts: `RBSM 01 00 00`, then gzip. */
export function isLegacyContainer(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Makes a canonical bundle of an older host's container (README, Host containers): bounded gunzip, strict JSON, every file
 * decoded and held to its digest, the manifest translated, what is missing supplied from the listing, packed and opened like
 * any other. Nobody signed the result: a maintainer does, after looking at it.
 */
export async function convertLegacy(
  bytes: Uint8Array,
  listing: LegacyListing,
): Promise<Result<ConvertedContainer, readonly BundleProblem[]>> {
  const container = readContainer(bytes);
  if (!container.ok) return refuse([container.problem]);
  const { manifest: host, files: listed } = container.value;
  const decoded = await decodeFiles(listed);
  if (!decoded.ok) return refuse(decoded.problem);

  const translated = legacyManifest(host, listing, new Set(decoded.value.keys()));
  if (!translated.ok) return refuse(translated.problem);
  const { manifest, needsServer, documents } = translated.value;
  const { files, left } = arrange(decoded.value, needsServer ? (host.main ?? null) : null, documents);
  const packed = await packBundle({ manifest, files });
  return packed.ok ? ok({ bundle: packed.value, left }) : packed;
}

type Container = z.output<typeof CONTAINER>;

function readContainer(bytes: Uint8Array): Result<Container, BundleProblem> {
  if (!isLegacyContainer(bytes)) return unreadable("not the container of older hosts");
  if (bytes.length > LIMITS.maxBundleBytes) return refuse(problem("bundle_too_large", `${bytes.length} bytes`));
  const json = gunzip(bytes.subarray(MAGIC.length));
  if (!json.ok) return json;
  const parsed = parseJson(json.value, { maxDepth: MAX_JSON_DEPTH, numbers: "any" });
  if (!parsed.ok) return unreadable(`its JSON: ${parsed.problem.reason}`);
  const shape = CONTAINER.safeParse(parsed.value);
  if (!shape.success) return unreadable(`${shape.error.issues[0]?.path.join(".")}: ${shape.error.issues[0]?.message}`);
  if (shape.data.encryption !== undefined && shape.data.encryption !== null)
    return unreadable("its files are encrypted for one license");
  if (Object.keys(shape.data.files).length > LIMITS.maxEntries)
    return refuse(problem("too_many_entries", `more than ${LIMITS.maxEntries} files`));
  return ok(shape.data);
}

/** One member without optional fields, read by the strict inflater to exactly the size it declares, if that is in bounds. */
function gunzip(bytes: Uint8Array): Result<Bytes, BundleProblem> {
  const [id1, id2, method, flags] = bytes;
  if (id1 !== 0x1f || id2 !== 0x8b || method !== 8 || bytes.length < GZIP_HEADER_BYTES + GZIP_TRAILER_BYTES)
    return unreadable("no gzip after the magic");
  if (flags !== 0) return unreadable("gzip with optional fields");
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - GZIP_TRAILER_BYTES, GZIP_TRAILER_BYTES);
  const [sum, size] = [trailer.getUint32(0, true), trailer.getUint32(4, true)];
  const packed = bytes.subarray(GZIP_HEADER_BYTES, bytes.length - GZIP_TRAILER_BYTES);
  if (size > MAX_LEGACY_JSON_BYTES) return refuse(problem("total_too_large", `${size} bytes of JSON`));
  if (size > LIMITS.ratioFreeBytes && size > packed.length * LIMITS.maxRatio)
    return refuse(problem("ratio_too_high", `${packed.length} bytes inflate to ${size}`));
  const inflated = inflateStrict(packed, size);
  if (!inflated.ok) return unreadable(`gzip: ${inflated.reason}`);
  return crc32(inflated.bytes) === sum ? ok(inflated.bytes as Bytes) : unreadable("gzip: another checksum");
}

/** A replacement character is what is left of bytes the host's writer read as text: the file is lost. */
async function decodeFiles(
  listed: Container["files"],
): Promise<Result<ReadonlyMap<string, Uint8Array>, readonly BundleProblem[]>> {
  const files = new Map<string, Uint8Array>();
  const problems: BundleProblem[] = [];
  let total = 0;
  for (const [path, file] of Object.entries(listed)) {
    const fault = (detail: string) => problems.push(problem("legacy_unreadable", detail, { path }));
    if (file.path !== undefined && file.path !== path) fault(`also calls itself ${file.path}`);
    const isText = file.encoding !== "base64";
    const bytes = isText ? encodeUtf8(file.content) : decodeBase64(file.content);
    if (bytes === null) fault("not base64");
    else if (isText && file.content.includes("\ufffd")) fault("its bytes were lost when it was written as text");
    else if (bytes.length !== file.size) fault(`${bytes.length} bytes, listed with ${file.size}`);
    else if ((await sha256Hex(bytes)) !== file.checksum.toLowerCase()) fault("another checksum");
    else files.set(path.replace(/^\.\//, ""), bytes);
    total += bytes?.length ?? 0;
  }
  if (total > LIMITS.maxTotalBytes) problems.push(problem("total_too_large", `${total} bytes`));
  return problems.length === 0 ? ok(files) : refuse(problems.slice(0, LIMITS.maxProblems));
}

/** Padded, in its one canonical spelling, as Node writes it. */
function decodeBase64(text: string): Bytes | null {
  if (text.length % 4 !== 0 || /[-_]/.test(text)) return null;
  return decodeBase64url(
    text
      .replace(/={1,2}$/, "")
      .replaceAll("+", "-")
      .replaceAll("/", "_"),
  );
}

/** The host's `main` becomes the one module; what has a place keeps it; documents fill what is missing. */
function arrange(
  decoded: ReadonlyMap<string, Uint8Array>,
  main: string | null,
  documents: ReadonlyMap<string, string>,
): { files: ReadonlyMap<string, Uint8Array>; left: readonly string[] } {
  const files = new Map<string, Uint8Array>();
  const left: string[] = [];
  const entry = main?.replace(/^\.\//, "") ?? null;
  for (const [path, bytes] of decoded) {
    if (path === entry) files.set("server/main.js", bytes);
    else if (path !== "manifest.json" && path !== "server/main.js" && fileRule(path) !== null) files.set(path, bytes);
    else left.push(path);
  }
  for (const [path, text] of documents) if (!files.has(path)) files.set(path, encodeUtf8(text));
  return { files, left: left.sort() };
}

function unreadable(detail: string): Result<never, BundleProblem> {
  return refuse(problem("legacy_unreadable", detail));
}
