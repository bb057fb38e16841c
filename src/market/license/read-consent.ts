import { capabilitiesOf, parseManifest } from "../../domain/manifest/manifest.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { ClosureInForce } from "../update/closure-in-force.ts";
import type { Consent, ReleaseFacts } from "./ports.ts";

export interface ConsentRequest {
  readonly grantedPermissions?: readonly string[] | undefined;
  /** Digest of what the admin saw. */
  readonly closureDigest?: string | undefined;
}

/**
 * What the admin granted, checked against what the version asks for (README, Consent): an undeclared code is a mistake, a
 * missing required one leaves nothing to run, another digest means the admin looked at something else.
 */
export async function readConsent(
  world: Pick<World, "licenses">,
  pluginId: string,
  release: ReleaseFacts,
  { grantedPermissions, closureDigest }: ConsentRequest,
  /** Of a version that needs others: what all of it may do there (README of updates, Consent). */
  closure: ClosureInForce | null = null,
): Promise<Result<Consent | null, Problem<Reason>>> {
  if (grantedPermissions === undefined && closureDigest === undefined) return ok(null);
  if (grantedPermissions === undefined) return refuse(missing("/grantedPermissions"));
  if (closureDigest === undefined) return refuse(missing("/closureDigest"));
  const declared = new Set(release.permissions.map((permission) => permission.code));
  const undeclared = grantedPermissions.flatMap((code, index) =>
    declared.has(code)
      ? []
      : [{ pointer: `/grantedPermissions/${index}`, detail: "The version does not ask for this permission." }],
  );
  if (undeclared.length > 0) return refuse({ reason: "VALIDATION_ERROR", facts: { errors: undeclared } });
  const granted = new Set(grantedPermissions);
  const lacking = release.permissions.filter((permission) => permission.required && !granted.has(permission.code));
  if (lacking.length > 0)
    return refuse({ reason: "consent_incomplete", facts: { missing: lacking.map((permission) => permission.code) } });
  if (closure !== null && closureDigest !== closure.digest)
    return refuse({
      reason: "consent_stale",
      facts: { closureDigest: closure.digest, closure: { ...closure.capabilities } },
    });
  if (closure === null && closureDigest !== release.closureDigest) {
    // Kept as the publisher wrote it: parsing fills in what an author may leave out.
    const manifest = parseManifest(await world.licenses.manifestOf(pluginId, release.version));
    return refuse({
      reason: "consent_stale",
      facts: {
        closureDigest: release.closureDigest,
        ...(manifest.ok ? { closure: { ...capabilitiesOf(manifest.value) } } : {}),
      },
    });
  }
  return ok({
    permissions: [...granted].sort(),
    declined: [...declared].filter((code) => !granted.has(code)).sort(),
    // Runs are held against what the version itself asks for; what it needs has consents of its own.
    closureDigest: release.closureDigest,
  });
}

function missing(pointer: string): Problem<Reason> {
  return {
    reason: "VALIDATION_ERROR",
    facts: { errors: [{ pointer, detail: "Consent is grantedPermissions together with closureDigest." }] },
  };
}
