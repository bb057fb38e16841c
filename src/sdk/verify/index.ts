import { type BundleProblem, type OpenedBundle, openBundle } from "../../domain/bundle/open.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { matchStatement } from "../../domain/trust/statement.ts";
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
export type { BundleProblem, OpenedBundle };

export interface InstallableRelease extends VerifiedRelease {
  readonly bundle: OpenedBundle;
}
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
