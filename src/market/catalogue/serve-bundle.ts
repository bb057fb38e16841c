import { type BytesRequest, judgeBytesRequest, type RequestedBytes } from "../../domain/catalogue/requested-bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { BundleForm, PublicBundle } from "./delivery-ports.ts";

export interface ServedBundle {
  readonly bundle: PublicBundle;
  readonly requested: RequestedBytes;
}

/** A public bundle, or the sealed form of a paid one, by its digest; gated, unpublished and unknown digests are all just not there. */
export async function serveBundle(
  world: Pick<World, "deliveries">,
  sha256: string,
  request: BytesRequest,
  form: BundleForm = "plain",
): Promise<Result<ServedBundle, Problem<"NOT_FOUND" | "download_gone">>> {
  const bundle =
    form === "sealed" ? await world.deliveries.sealedBundle(sha256) : await world.deliveries.publicBundle(sha256);
  if (bundle === null) return refuse({ reason: "NOT_FOUND" });
  if (bundle.isBlocked) return refuse({ reason: "download_gone", detail: "This release was blocked." });
  return ok({ bundle, requested: judgeBytesRequest(request, `"${sha256}"`, bundle.size) });
}
