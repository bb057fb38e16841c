import { listClaims } from "../../domain/license/revocation.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { signWith } from "./sign.ts";

/**
 * The signed list (README-keys.md, The list): what changed after `since`, or all that still counts. Signed anew at most
 * every half minute; answers in between cost neither a read nor a signature.
 */
export async function showRevocations(
  world: Pick<World, "revocations" | "licenseSigners" | "site" | "clock">,
  since: number,
): Promise<string> {
  const now = unixSeconds(world.clock.now());
  const kept = world.revocations.kept(since, now);
  if (kept !== null) return kept;
  const page = await world.revocations.read(since, now);
  const claims = await listClaims(world.site.origin, page, now);
  const document = await signWith(await world.licenseSigners.current("list"), claims);
  world.revocations.keep(since, document, now);
  return document;
}

/** Every minute: what nothing unexpired needs is forgotten. */
export async function sweepRevocations(world: Pick<World, "revocations" | "clock">): Promise<void> {
  await world.revocations.prune(unixSeconds(world.clock.now()));
}
