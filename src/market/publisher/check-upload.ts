import type { Principal } from "../../domain/account/principal.ts";
import { isLegacyContainer } from "../../domain/bundle/legacy.ts";
import { openBundle } from "../../domain/bundle/open.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { coversPlugin, publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { judgeSequence } from "../../domain/trust/statement.ts";
import type { World } from "../ports.ts";
import { actingPublisher } from "../publish/acting-publisher.ts";
import { bundleProblem } from "../publish/bundle-problem.ts";
import { judgeName, judgeQuota } from "../publish/name-rules.ts";
import { verifyStatement } from "../publish/verify-statement.ts";

/** What an upload would become. */
export interface CheckedUpload {
  readonly name: string;
  readonly version: string;
  readonly channel: string;
  readonly sha256: string;
  readonly size: number;
  readonly files: number;
  /** It would be the first release of its name. */
  readonly isNewPlugin: boolean;
  /** The very bytes are here already. */
  readonly isKnown: boolean;
  readonly isSigned: boolean;
  readonly permissions: readonly string[];
  readonly egress: readonly string[];
}

/**
 * Everything an upload is refused for (README of the releases, Order of work, 1–6), and nothing written: to look before one
 * publishes. The upload itself judges again.
 */
export async function checkUpload(
  world: Pick<World, "releases" | "catalogue" | "site" | "clock">,
  principal: Principal,
  { bundle, statement }: { readonly bundle: Uint8Array; readonly statement: string | null },
): Promise<Result<CheckedUpload, Problem<Reason>>> {
  const authority = publishAuthority(principal);
  if (!authority?.mayStage) return refuse({ reason: "PERMISSION_DENIED" });
  if (isLegacyContainer(bundle)) return refuse({ reason: "legacy_container" });
  const read = await openBundle(bundle);
  if (!read.ok) return refuse(bundleProblem(read.problem));
  const opened = read.value;
  const { name, version, channel, publisher, permissions, egress } = opened.manifest;
  if (!coversPlugin(authority, name)) return refuse({ reason: "PERMISSION_DENIED", facts: { plugin: name } });

  const acting = await actingPublisher(world, authority, publisher);
  if (acting === null) return refuse({ reason: "metadata_mismatch", facts: { fields: ["publisher"] } });
  const { publisherId } = acting;
  const intake = await world.releases.intake(name, version, publisherId, unixSeconds(world.clock.now()));
  const misnamed = judgeName(name, intake, publisherId, authority.mayCreate);
  if (misnamed !== null) return refuse(misnamed);
  const { plugin, release } = intake;
  if (release !== null && release.sha256 !== opened.sha256)
    return refuse({ reason: "version_exists", facts: { sha256: release.sha256 } });
  const braked = release === null ? judgeQuota(intake) : null;
  if (braked !== null) return refuse(braked);
  if (statement !== null) {
    const verified = await verifyStatement(world, statement, publisherId, opened, false);
    if (!verified.ok) return verified;
    const head = { sequence: plugin?.headSequence ?? 0, statementSha256: plugin?.headStatementSha256 ?? null };
    const stale = release === null ? judgeSequence(verified.value.statement, head) : null;
    if (stale !== null) return refuse(stale);
  }
  return ok({
    name,
    version,
    channel,
    sha256: opened.sha256,
    size: opened.size,
    files: opened.entries.length,
    isNewPlugin: plugin === null,
    isKnown: release !== null,
    isSigned: statement !== null || (release !== null && release.statementSha256 !== null),
    permissions: permissions.map(({ code }) => code),
    egress: egress.map(({ host }) => host),
  });
}
