import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { CutKey } from "./key-ports.ts";

/** Every key a publisher ever enrolled, with state and cuts. A key proves itself: its id is the digest of its bytes. */
export async function listPublisherKeys(
  world: Pick<World, "accounts" | "keyChains">,
  handle: string,
): Promise<Result<readonly CutKey[], Problem<"NOT_FOUND">>> {
  const publisher = await world.accounts.findPublisher(handle);
  return publisher ? ok((await world.keyChains.read(publisher.id)).keys) : refuse({ reason: "NOT_FOUND" });
}
