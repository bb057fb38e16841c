import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { StoredKeyEvent } from "./key-ports.ts";

/** A publisher's key events, oldest first: what brings a client from the keys it knows to the keys in use. */
export async function listKeyEvents(
  world: Pick<World, "accounts" | "keyChains">,
  handle: string,
): Promise<Result<readonly StoredKeyEvent[], Problem<"NOT_FOUND">>> {
  const publisher = await world.accounts.findPublisher(handle);
  return publisher ? ok(await world.keyChains.events(publisher.id)) : refuse({ reason: "NOT_FOUND" });
}
