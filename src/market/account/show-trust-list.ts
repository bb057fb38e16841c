import { encodeHex } from "../../domain/bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { TrustList } from "../../domain/trust/verify-release.ts";
import type { World } from "../ports.ts";

/** What clients pin once: the marketplace's name, its receipt keys and those of its revocation list. */
export async function showTrustList(
  world: Pick<World, "receiptSigner" | "releaseRevocations" | "site">,
): Promise<Result<TrustList, Problem<"SERVICE_UNAVAILABLE">>> {
  try {
    const [keyId, publicKey] = await Promise.all([world.receiptSigner.keyId(), world.receiptSigner.publicKey()]);
    const listKey = await world.releaseRevocations.key();
    return ok({
      marketplace: world.site.marketplace,
      receiptKeys: [{ keyId, publicKey: encodeHex(publicKey) }],
      ...(listKey === null ? {} : { revocationKeys: [listKey] }),
    });
  } catch {
    return refuse({ reason: "SERVICE_UNAVAILABLE" });
  }
}
