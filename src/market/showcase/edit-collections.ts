import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { Collection, CollectionDraft } from "./ports.ts";

type EditWorld = Pick<World, "showcase" | "audit" | "clock">;

/** Writes or replaces a collection, on record. */
export async function putCollection(
  world: EditWorld,
  principal: Principal,
  draft: CollectionDraft,
): Promise<Result<Collection, never>> {
  const at = unixSeconds(world.clock.now());
  await world.showcase.putCollection(draft, at);
  await note(world, principal, "collection.written", draft.slug, at);
  const { slug, title, lead } = draft;
  const written = await world.showcase.collection(slug);
  return ok(written ?? { slug, title, lead, count: 0, updatedAt: at });
}

/** Drops a collection, on record. */
export async function dropCollection(
  world: EditWorld,
  principal: Principal,
  slug: string,
): Promise<Result<{ readonly slug: string }, Problem<"NOT_FOUND">>> {
  if (!(await world.showcase.dropCollection(slug))) return refuse({ reason: "NOT_FOUND" });
  await note(world, principal, "collection.dropped", slug, unixSeconds(world.clock.now()));
  return ok({ slug });
}

async function note(world: EditWorld, principal: Principal, action: string, slug: string, at: number): Promise<void> {
  if (principal.kind !== "account") return;
  const actor = { actorKind: "account", actorId: principal.accountId } as const;
  await world.audit.append({ ...actor, action, subjectKind: "collection", subjectId: slug }, at);
}
