import { type BytesRequest, judgeBytesRequest, type RequestedBytes } from "../../domain/delivery/bytes-request.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { BundleForm, PublicBundle } from "./delivery-ports.ts";

export interface ServedBundle {
  readonly bundle: PublicBundle;
  readonly requested: RequestedBytes;
}

/** A public bundle, or the sealed form of a paid one, by its digest; gated, unpublished and unknown digests are all just not there. */
export async function serveBundle(
  world: Pick<World, "deliveries" | "clock">,
  sha256: string,
  request: BytesRequest,
  form: BundleForm = "plain",
): Promise<Result<ServedBundle, Problem<"NOT_FOUND" | "release_blocked" | "release_unlawful">>> {
  const bundle =
    form === "sealed" ? await world.deliveries.sealedBundle(sha256) : await world.deliveries.publicBundle(sha256);
  if (bundle === null) return refuse({ reason: "NOT_FOUND" });
  const { block, publishedAt: lastModified, size, name, version } = bundle;
  if (block !== null)
    return refuse({
      reason: block.isByLaw ? "release_unlawful" : "release_blocked",
      facts: { plugin: name, version, blockedFor: block.reason },
    });
  const now = unixSeconds(world.clock.now());
  return ok({ bundle, requested: judgeBytesRequest(request, { etag: `"${sha256}"`, lastModified, size }, now) });
}
