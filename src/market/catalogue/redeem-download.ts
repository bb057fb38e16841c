import type { Principal } from "../../domain/account/principal.ts";
import {
  type BytesRequest,
  coversFirstByte,
  isUnconditional,
  judgeBytesRequest,
  type RequestedBytes,
} from "../../domain/delivery/bytes-request.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { DeliverableRelease } from "./delivery-ports.ts";

export interface Redemption {
  readonly release: DeliverableRelease;
  readonly requested: RequestedBytes;
}

/**
 * A token buys the first byte once: of many requests exactly one gets it, by one guarded update. Until it expires the same
 * token then serves later ranges, so that a broken download resumes. Unknown and foreign tokens look alike.
 */
export async function redeemDownload(
  world: Pick<World, "deliveries" | "clock">,
  principal: Principal,
  token: string,
  request: BytesRequest,
): Promise<Result<Redemption, Problem<"download_not_found" | "download_gone">>> {
  const instanceId = principal.kind === "instance" ? principal.instanceId : null;
  const hash = await sha256Hex(token);
  const now = unixSeconds(world.clock.now());
  const isPlain = isUnconditional(request);
  if (isPlain) {
    const release = await world.deliveries.consumeToken(hash, instanceId, now);
    if (release !== null) return ok({ release, requested: { status: 200 } });
  }
  const facts = await world.deliveries.readToken(hash, instanceId);
  if (facts === null) return refuse({ reason: "download_not_found" });
  if (facts.expiresAt <= now) return refuse({ reason: "download_gone", detail: "Download token expired" });
  if (isPlain) return refuse({ reason: "download_gone" });

  const { release } = facts;
  const current = { etag: `"${release.sha256}"`, lastModified: release.publishedAt, size: release.size };
  const requested = judgeBytesRequest(request, current, now);
  const isFirst = request.method === "GET" && coversFirstByte(requested);
  // A later range of an unused token would hand out all but one byte for nothing: it buys the whole file instead.
  const isUnused = facts.usedAt === null && requested.status === 206;
  if (!isFirst && !isUnused) return ok({ release, requested });
  const consumed = await world.deliveries.consumeToken(hash, instanceId, now);
  if (consumed === null) return refuse({ reason: "download_gone" });
  return ok({ release: consumed, requested: isFirst ? requested : { status: 200 } });
}
