import { type BundleProblem, type OpenedBundle, openBundle } from "../../domain/bundle/open.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unwrapKey } from "../../domain/trust/key-release.ts";
import { matchReceipt, openReceipt } from "../../domain/trust/receipt.ts";
import { openSealed as openSealedBytes } from "../../domain/trust/sealed.ts";
import { matchStatement, openStatement } from "../../domain/trust/statement.ts";
import {
  type ReleaseQuestion,
  type ReleaseRefusal,
  type VerifiedRelease,
  verifyRelease as verifyTrust,
} from "../../domain/trust/verify-release.ts";

export { type OpenedJws, openJws } from "../../domain/trust/jws.ts";
export {
  type PublisherKey,
  peekKeyId,
  type ReleaseQuestion,
  type ReleaseRefusal,
  type Remembered,
  type TrustList,
  type VerifiedRelease,
} from "../../domain/trust/verify-release.ts";
export {
  type FetchTuf,
  type FollowedUpdates,
  fetchTarget,
  findTarget,
  followUpdates,
  type TrustedUpdates,
} from "../../domain/tuf/follow.ts";
export type { BundleProblem, OpenedBundle };

/** A release whose signatures, digests and bundle are all in order. */
export interface InstallableRelease extends VerifiedRelease {
  readonly bundle: OpenedBundle;
}
/** Why a release must not be installed. */
export type VerificationRefusal =
  | ReleaseRefusal
  | { readonly reason: "bundle_refused"; readonly problems: readonly BundleProblem[] };

/**
 * May these bytes be installed as this plugin and version? Both signatures, what they bind, the digests; then the strict
 * reader, and the manifest against the statement. Pure: keys, documents and bytes are handed in, nothing is fetched. Keep
 * `remember` for the next time. License, host version, dependencies and consent are judged elsewhere, after this.
 */
export async function verifyRelease(
  question: ReleaseQuestion,
): Promise<Result<InstallableRelease, VerificationRefusal>> {
  const trusted = await verifyTrust(question);
  if (!trusted.ok) return trusted;
  const bundle = await openBundle(question.bytes);
  if (!bundle.ok) return refuse({ reason: "bundle_refused", problems: bundle.problem });
  const mismatch = matchStatement(trusted.value.statement.statement, bundle.value);
  return mismatch === null ? ok({ ...trusted.value, bundle: bundle.value }) : refuse(mismatch);
}

/** What verifying an encrypted bundle needs: the file, the lease's content keys, and the key they are wrapped to. */
export interface SealedQuestion extends Omit<ReleaseQuestion, "bytes"> {
  /** The `.rbsx` file. */
  readonly sealed: Uint8Array;
  /** Claim `ck` of a verified lease. */
  readonly contentKeys: readonly ContentKey[];
  /** Claim `iid` of that lease. */
  readonly installationId: string;
  /** X25519; its public half was the `sealKey` of the activation. */
  readonly privateKey: CryptoKey;
}

/** One entry of a lease's `ck`: a content key wrapped to this installation. */
export interface ContentKey {
  readonly version: string;
  readonly statementSha256: string;
  readonly commitment: string;
  readonly enc: string;
  readonly wrapped: string;
}

/**
 * Opens a sealed release with the key a lease carries, and then asks of the plain bytes all that `verifyRelease` asks.
 * `device_key_invalid`: the lease has no key for this release, or it was wrapped to another installation.
 */
export async function openSealed(question: SealedQuestion): Promise<Result<InstallableRelease, VerificationRefusal>> {
  const { trust, sealed: bytes, installationId } = question;
  const receipt = await openReceipt(question.receipt, trust.marketplace, trust.receiptKeys);
  if (!receipt.ok) return receipt;
  const { sealed } = receipt.value.receipt;
  if (sealed === null) return refuse({ reason: "receipt_mismatch", facts: { field: "sealed" } });
  const statement = await openStatement(question.statement, trust.marketplace, question.publisherKeys);
  if (!statement.ok) return statement;
  const unbound = matchReceipt(receipt.value, statement.value);
  if (unbound !== null) return refuse(unbound);

  const { sha256: statementSha256 } = statement.value;
  const { name, version, bundle } = statement.value.statement;
  const released = question.contentKeys.find((key) => key.statementSha256 === statementSha256);
  const subject = { installationId, marketplace: trust.marketplace, name, statementSha256, version };
  const contentKey =
    released === undefined ? null : await unwrapKey(question.privateKey, subject, sealed.commitment, released);
  if (contentKey === null) return refuse({ reason: "device_key_invalid", facts: { statementSha256 } });
  const plain = await openSealedBytes(bytes, contentKey, { statementSha256, bundle, sealed });
  return plain.ok ? verifyRelease({ ...question, bytes: plain.value }) : plain;
}
