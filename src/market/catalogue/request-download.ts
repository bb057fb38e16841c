import type { Principal } from "../../domain/account/principal.ts";
import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import { judgeLicenseForDownload } from "../license/judge-license-for-download.ts";
import type { World } from "../ports.ts";
import type { DeliverableRelease } from "./delivery-ports.ts";
import { PLUGIN_NOT_FOUND } from "./show-plugin.ts";

/** Long enough for a person behind a redirect, too short to be passed around. */
export const TOKEN_SECONDS = 5 * MINUTE;
const TOKEN_BYTES = 32;

export interface DownloadTicket {
  readonly token: string;
  readonly url: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** A single-use token for one release, bound to license, installation and instance; only its digest is kept. */
export async function requestDownload(
  world: Pick<World, "catalogue" | "deliveries" | "licenses" | "keyHasher" | "clock" | "chance" | "site">,
  principal: Principal,
  wanted: {
    readonly pluginId: string;
    readonly licenseKey: string;
    readonly hardwareId: string;
    readonly version: string | null;
  },
): Promise<Result<DownloadTicket, Problem<Reason>>> {
  if (principal.kind !== "instance") return refuse({ reason: "PERMISSION_DENIED" });
  const newest = await world.deliveries.releaseFor(wanted.pluginId, wanted.version, null);
  if (newest === null) return refuse(wanted.version === null ? PLUGIN_NOT_FOUND : { reason: "release_not_found" });
  const covered = await coveredRelease(world, principal, wanted, newest);
  if (!covered.ok) return covered;

  const token = encodeBase64url(world.chance.bytes(TOKEN_BYTES));
  const expiresAt = unixSeconds(world.clock.now()) + TOKEN_SECONDS;
  const { release, licenseId, activationId } = covered.value;
  const hash = await sha256Hex(token);
  const { releaseId } = release;
  const { instanceId } = principal;
  await world.deliveries.addToken({ hash, releaseId, licenseId, activationId, instanceId, expiresAt });
  return ok({ token, url: `${world.site.origin}/v1/download/${token}`, expiresAt });
}

/** Without a wish, the newest release the license covers: an expired one with a fallback still gets its last. */
async function coveredRelease(
  world: Pick<World, "deliveries" | "licenses" | "keyHasher" | "clock">,
  principal: Extract<Principal, { kind: "instance" }>,
  wanted: {
    readonly pluginId: string;
    readonly licenseKey: string;
    readonly hardwareId: string;
    readonly version: string | null;
  },
  release: DeliverableRelease,
): Promise<Result<{ release: DeliverableRelease; licenseId: string; activationId: string | null }, Problem<Reason>>> {
  const judged = await judgeLicenseForDownload(world, principal, { ...wanted, build: buildOf(release) });
  if (judged.ok) return ok({ release, ...judged.value });
  const { fallbackUntil, ...problem } = judged.problem;
  if (problem.reason !== "VERSION_NOT_ENTITLED" || wanted.version !== null || typeof fallbackUntil !== "number")
    return refuse(problem);
  const older = await world.deliveries.releaseFor(wanted.pluginId, null, fallbackUntil);
  if (older === null) return refuse(problem);
  const again = await judgeLicenseForDownload(world, principal, { ...wanted, build: buildOf(older) });
  return again.ok ? ok({ release: older, ...again.value }) : refuse(problem);
}

function buildOf(release: DeliverableRelease): { version: string; releasedAt: number } {
  return { version: release.version, releasedAt: release.publishedAt };
}
