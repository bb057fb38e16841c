import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { StoredKey } from "./ports.ts";

/** Every key a publisher ever enrolled, with its state. A key proves itself: its id is the digest of its bytes. */
export async function listPublisherKeys(
  world: Pick<World, "accounts">,
  handle: string,
): Promise<Result<readonly StoredKey[], Problem<"NOT_FOUND">>> {
  const publisher = await world.accounts.findPublisher(handle);
  return publisher ? ok(await world.accounts.publisherKeys(publisher.id)) : refuse({ reason: "NOT_FOUND" });
}
