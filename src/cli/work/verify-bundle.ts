import { sha256Hex } from "../../domain/digest.ts";
import { ok } from "../../domain/result.ts";
import { peekPayload } from "../../domain/trust/envelope.ts";
import type { Receipt } from "../../domain/trust/receipt.ts";
import { matchStatement, openStatement, type Statement } from "../../domain/trust/statement.ts";
import { judgeKey, type PublisherKey, restrictKeys, type TrustList } from "../../domain/trust/verify-release.ts";
import { type InstallableRelease, type VerifiedRelease, verifyRelease } from "../../sdk/verify/index.ts";
import { fromReason, type Outcome } from "../problem.ts";
import { inspectBundle, tellBundleProblems } from "./inspect-bundle.ts";
import type { Documents } from "./release-documents.ts";
import { refuseFork, type Seen } from "./seen-releases.ts";

export interface Verification {
  readonly bytes: Uint8Array;
  readonly documents: Documents;
  /** Pinned, never fetched. */
  readonly trust: TrustList;
  readonly publisherKeys: readonly PublisherKey[];
  /** What was asked for; left out, what the statement claims. */
  readonly name?: string;
  readonly version?: string;
  /** What was seen of this plugin before; null the first time. */
  readonly seen?: Seen | null;
  /** False for a version asked for by its number: it may be older than what was seen. */
  readonly asCurrent?: boolean;
}
export interface Verified {
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  readonly marketplace: string;
  readonly sha256: string;
  readonly sequence: number;
  /** Of the publisher's key. */
  readonly keyId: string;
  /** null when only a statement was checked: nothing is said about publication. */
  readonly receipt: Pick<Receipt, "publication" | "publishedAt" | "delivery" | "keyId"> | null;
}

/** Structure, statement and, where there is one, receipt. Signatures and digests are judged before anything is opened. */
export async function verifyBundle(verification: Verification): Promise<Outcome<Verified>> {
  if (verification.documents.receipt === null) return verifyStatement(verification);
  const release = await verifyPublished(verification);
  return release.ok ? ok(summarizeRelease(release.value)) : release;
}

export function summarizeRelease({ statement, receipt }: VerifiedRelease): Verified {
  const { publication, publishedAt, delivery, keyId } = receipt.receipt;
  return summarize(statement.statement, { publication, publishedAt, delivery, keyId });
}

/** Everything a published release must be before its bytes are used, held against what was seen of the plugin before. */
export async function verifyPublished(verification: Verification): Promise<Outcome<InstallableRelease>> {
  const { bytes, documents, trust, publisherKeys, seen = null, asCurrent = true } = verification;
  const claim = peekPayload(documents.statement);
  const release = await verifyRelease({
    bytes,
    trust,
    publisherKeys,
    ...(documents.keyEvents === undefined ? {} : { keyEvents: documents.keyEvents }),
    statement: documents.statement,
    receipt: documents.receipt,
    name: verification.name ?? (claim.ok ? String(claim.value.name) : ""),
    version: verification.version ?? (claim.ok ? String(claim.value.version) : ""),
    remembered: seen,
    asCurrent,
  });
  if (!release.ok) {
    const { problem } = release;
    if ("problems" in problem) return { ok: false, problem: tellBundleProblems(problem.problems) };
    return { ok: false, problem: fromReason(problem, problem.reason === "publication_rollback" ? OLDER : undefined) };
  }
  const single = refuseFork(seen, release.value.receipt);
  return single.ok ? ok(release.value) : single;
}

const OLDER = "If you want the older one on purpose, name its version; otherwise ask the marketplace why.";

async function verifyStatement({
  bytes,
  documents,
  trust,
  publisherKeys,
  name,
  version,
}: Verification): Promise<Outcome<Verified>> {
  const opened = await openStatement(documents.statement, trust.marketplace, publisherKeys);
  if (!opened.ok) return { ok: false, problem: fromReason(opened.problem) };
  const { statement } = opened.value;
  const { keyEvents = [] } = documents;
  const keys = await restrictKeys({ trust, keyEvents }, publisherKeys, statement.publisher, false);
  const unusable = keys.ok ? judgeKey(opened.value, keys.value, null) : keys.problem;
  if (unusable !== null) return { ok: false, problem: fromReason(unusable) };
  if ((name ?? statement.name) !== statement.name || (version ?? statement.version) !== statement.version)
    return {
      ok: false,
      problem: fromReason({
        reason: "statement_mismatch",
        facts: { name: statement.name, version: statement.version },
      }),
    };
  if (bytes.length !== statement.bundle.size || (await sha256Hex(bytes)) !== statement.bundle.sha256)
    return {
      ok: false,
      problem: fromReason({ reason: "bundle_digest_mismatch", facts: { expected: statement.bundle.sha256 } }),
    };
  const bundle = await inspectBundle(bytes);
  if (!bundle.ok) return bundle;
  const mismatch = matchStatement(statement, bundle.value);
  return mismatch === null ? ok(summarize(statement, null)) : { ok: false, problem: fromReason(mismatch) };
}

function summarize(statement: Statement, receipt: Verified["receipt"]): Verified {
  const { name, version, publisher, marketplace, bundle, sequence, keyId } = statement;
  return { name, version, publisher, marketplace, sha256: bundle.sha256, sequence, keyId, receipt };
}
