import * as z from "zod";
import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { decodeHex, encodeHex } from "../../domain/bytes.ts";
import { ok } from "../../domain/result.ts";
import { keyIdOf } from "../../domain/trust/signer.ts";
import type { PublisherKey } from "../../domain/trust/verify-release.ts";
import { misuse, type Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { Env } from "./config.ts";
import { inspectBundle } from "./inspect-bundle.ts";
import { listKeys } from "./key-store.ts";
import type { Marketplace } from "./marketplace.ts";
import { fetchKeys } from "./obtain-release.ts";
import { readJsonFile } from "./project-files.ts";

/** The signed documents of one release as they were received: nothing in them is believed yet. */
export interface Documents {
  readonly statement: unknown;
  /** null: a statement alone. */
  readonly receipt: unknown;
  /** Keys the marketplace names for the publisher; empty unless they were fetched. */
  readonly publisherKeys: readonly PublisherKey[];
  /** The publisher's key events, oldest first, where they were fetched. */
  readonly keyEvents?: readonly unknown[];
}

const HEX_256 = z.string().regex(/^[0-9a-f]{64}$/);
const COUNT = z.int().min(1);
const PUBLISHER_KEY = z.object({
  keyId: HEX_256,
  publicKey: HEX_256,
  state: z.enum(["active", "retired", "compromised"]).exactOptional(),
  cuts: z.record(z.string(), COUNT).exactOptional(),
});
const RELEASE_FILE = z.object({
  statement: z.unknown(),
  receipt: z.unknown(),
  publisherKeys: z.array(PUBLISHER_KEY).max(1_000).default([]),
  keyEvents: z.array(z.unknown()).max(10_000).exactOptional(),
});
/** `{statement, receipt}` from a file, and the publisher's keys and key events where it holds them. */
export async function readDocuments(file: string): Promise<Outcome<Documents>> {
  const read = RELEASE_FILE.safeParse(await readJsonFile(file));
  if (read.success && read.data.statement && read.data.receipt) return ok(read.data);
  return { ok: false, problem: misuse("release_malformed", `${file} does not hold a statement and a receipt.`) };
}

const EVENTS = z.union([
  z.array(z.unknown()).max(10_000),
  z
    .object({ events: z.array(z.object({ envelope: z.unknown() })).max(10_000) })
    .transform(({ events }) => events.map(({ envelope }) => envelope)),
]);
/** Key events from a file: the envelopes alone, or as `GET /v1/publishers/{handle}/key-events` answers them. */
export async function readKeyEvents(file: string): Promise<Outcome<readonly unknown[]>> {
  const read = EVENTS.safeParse(await readJsonFile(file));
  if (read.success) return ok(read.data);
  return { ok: false, problem: misuse("key_events_malformed", `${file} does not hold a publisher's key events.`) };
}

/** Both documents and the publisher's keys from the marketplace, for the name and version the bundle claims. */
export async function fetchDocuments(marketplace: Marketplace, bytes: Uint8Array): Promise<Outcome<Documents>> {
  const bundle = await inspectBundle(bytes);
  if (!bundle.ok) return bundle;
  const { name, version, publisher } = bundle.value.manifest;
  const plugin = await ask(marketplace, CATALOGUE_OPERATIONS.getPluginByName, { params: { name } });
  if (!plugin.ok) return plugin;
  const release = { id: plugin.value.body.id, v: version };
  const pair = await ask(marketplace, CATALOGUE_OPERATIONS.getReleaseDocuments, { params: release });
  if (!pair.ok) return pair;
  return fetchKeys(marketplace, publisher, pair.value.body);
}

/** The keys a statement may be signed with. `--publisher-key` allows that one alone. */
export async function collectPublisherKeys(
  env: Env,
  documents: Documents,
  given: string | undefined,
): Promise<Outcome<readonly PublisherKey[]>> {
  if (given !== undefined) {
    const bytes = decodeHex(given);
    if (bytes?.length === 32) return ok([{ keyId: await keyIdOf(bytes), publicKey: given }]);
    return { ok: false, problem: misuse("option_invalid", "--publisher-key is 64 hex digits; see rbsm keys export.") };
  }
  const own = (await listKeys(env)).flatMap(({ key }) => (key.ok ? [key.value] : []));
  return ok([
    ...documents.publisherKeys,
    ...own.map(({ keyId, publicKey }) => ({ keyId, publicKey: encodeHex(publicKey) })),
  ]);
}
