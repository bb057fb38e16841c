import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { ok } from "../../domain/result.ts";
import { peekPayload } from "../../domain/trust/envelope.ts";
import type { InstallableRelease } from "../../sdk/verify/index.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { Env, TrustList } from "./config.ts";
import { downloadBundle } from "./download-bundle.ts";
import { downloadLicensed, type LicenseUse, tellLicense } from "./license-use.ts";
import type { Marketplace } from "./marketplace.ts";
import type { Documents } from "./release-documents.ts";
import { keepSeen, recallSeen } from "./seen-releases.ts";
import { judgeListed } from "./updates.ts";
import { verifyPublished } from "./verify-bundle.ts";

export interface Wanted {
  readonly env: Env;
  readonly marketplace: Marketplace;
  readonly pluginId: string;
  readonly name: string;
  readonly version: string;
  /** The newest that is offered must not be older than what was seen before; a version asked for by number may. */
  readonly asCurrent: boolean;
  /** Judges the signed documents before any byte is asked for. */
  readonly judge?: (claims: Claims) => CliProblem | null;
  /** Bytes that may already be here; they are verified like any other. */
  readonly local?: (sha256: string) => Promise<Uint8Array | null>;
  /** For what is sold; null: nothing was handed over. */
  readonly license?: LicenseUse | null;
  readonly onProgress?: (received: number, total: number) => void;
}

/** What the documents claim, before anything is verified. */
export interface Claims {
  readonly statement: unknown;
  readonly receipt: unknown;
  readonly sha256: string;
}

export interface Obtained {
  readonly bytes: Uint8Array;
  readonly release: InstallableRelease;
  /** All that verifies the release again without a network. */
  readonly documents: Documents;
}

/** Documents, keys and bytes of one release from the marketplace, verified against the pinned keys and what was seen before. */
export async function obtainRelease(wanted: Wanted): Promise<Outcome<Obtained>> {
  const { env, marketplace, pluginId, name, version, asCurrent } = wanted;
  const trust = requireTrust(marketplace);
  if (!trust.ok) return trust;
  const params = { id: pluginId, v: version };
  const pair = await ask(marketplace, CATALOGUE_OPERATIONS.getReleaseDocuments, { params });
  if (!pair.ok) return pair;
  const { statement, receipt } = pair.value.body;
  const claims = readClaims(marketplace, statement, receipt);
  if (!claims.ok) return claims;
  const { publisher, sha256, size, delivery } = claims.value;
  const refused = wanted.judge?.({ statement, receipt, sha256 }) ?? null;
  if (refused !== null) return { ok: false, problem: refused };
  const documents = await fetchKeys(marketplace, publisher, { statement, receipt });
  if (!documents.ok) return documents;
  const kept = (await wanted.local?.(sha256)) ?? null;
  const bytes = kept === null ? await fetchBytes(wanted, { sha256, size, delivery }) : ok(kept);
  if (!bytes.ok) return bytes;
  const seen = await recallSeen(env, trust.value, name);
  if (!seen.ok) return seen;
  const { publisherKeys } = documents.value;
  const question = { bytes: bytes.value, documents: documents.value, trust: trust.value, publisherKeys, name, version };
  const release = await verifyPublished({ ...question, seen: seen.value, asCurrent });
  if (!release.ok) return release;
  const { receipt: receipted, bundle } = release.value;
  const proven = { name, version, sha256: bundle.sha256, receiptSha256: receipted.sha256 };
  const listed = await judgeListed(env, marketplace.origin, proven);
  if (!listed.ok) return listed;
  const noted = await keepSeen(env, trust.value, name, release.value);
  if (!noted.ok) return noted;
  return ok({ bytes: bytes.value, release: release.value, documents: documents.value });
}

/** By digest where anybody may have it, else against a license. */
async function fetchBytes(
  { marketplace, license = null, pluginId, name, version, onProgress }: Wanted,
  { sha256, size, delivery }: Omit<Expected, "publisher">,
): Promise<Outcome<Uint8Array>> {
  if (delivery === "public") return downloadBundle(marketplace, sha256, size, onProgress);
  if (license === null) return { ok: false, problem: tellLicense(name, version) };
  return downloadLicensed(marketplace, license, { pluginId, name, version, size }, onProgress);
}

/** The pinned keys of a marketplace. They are never fetched here: who can swap the bundle could swap the list. */
export function requireTrust({ origin, trust }: Marketplace): Outcome<TrustList> {
  if (trust) return ok(trust);
  return {
    ok: false,
    problem: {
      code: "trust_list_missing",
      kind: "trust",
      message: `No keys of ${origin} are pinned.`,
      next: `Run rbsm login --marketplace ${origin} once.`,
    },
  };
}

/** The keys of a publisher and how they came to be, as the marketplace names them: believed as far as they prove themselves. */
export async function fetchKeys(
  marketplace: Marketplace,
  publisher: string,
  pair: { readonly statement: unknown; readonly receipt: unknown },
): Promise<Outcome<Documents>> {
  const params = { handle: publisher };
  const keys = await ask(marketplace, ACCOUNT_OPERATIONS.listPublisherKeys, { params });
  if (!keys.ok) return keys;
  const events = await ask(marketplace, ACCOUNT_OPERATIONS.listKeyEvents, { params });
  if (!events.ok) return events;
  const publisherKeys = keys.value.body.keys.map(({ cuts, ...key }) => (cuts === undefined ? key : { ...key, cuts }));
  return ok({ ...pair, publisherKeys, keyEvents: events.value.body.events.map(({ envelope }) => envelope) });
}

interface Expected {
  readonly publisher: string;
  readonly sha256: string;
  readonly size: number;
  readonly delivery: string;
}

/** Says only what to ask for next; nothing of it is believed before the signatures were checked. */
function readClaims(marketplace: Marketplace, statement: unknown, receipt: unknown): Outcome<Expected> {
  const said = peekPayload(statement);
  const receipted = peekPayload(receipt);
  if (said.ok && receipted.ok) {
    const { publisher, bundle } = said.value;
    const { delivery } = receipted.value;
    if (typeof bundle === "object" && bundle !== null && !Array.isArray(bundle)) {
      const { sha256, size } = bundle as { readonly sha256?: unknown; readonly size?: unknown };
      const isSound = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && typeof size === "number";
      if (isSound && typeof publisher === "string" && typeof delivery === "string")
        return ok({ publisher, sha256, size, delivery });
    }
  }
  return {
    ok: false,
    problem: {
      code: "document_malformed",
      kind: "trust",
      message: `${marketplace.origin} did not answer a statement and a receipt.`,
      next: "Check the address of the marketplace.",
    },
  };
}
