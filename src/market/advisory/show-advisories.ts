import type { Advisory } from "../../domain/advisory/advisory.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";

/** Confirmed advisories, newest first; withdrawn ones stay and say so. */
export async function listAdvisories(
  world: Pick<World, "advisories">,
  wanted: { readonly plugin: string | null; readonly after: string | null; readonly limit: number },
): Promise<Result<{ readonly advisories: readonly Advisory[]; readonly next: string | null }, Problem<"NOT_FOUND">>> {
  const last = wanted.after === null ? null : await world.advisories.find(wanted.after);
  if (wanted.after !== null && (last === null || last.confirmedAt === null)) return refuse({ reason: "NOT_FOUND" });
  const after = last === null ? null : { confirmedAt: last.confirmedAt ?? 0, id: last.id };
  const found = await world.advisories.published({ plugin: wanted.plugin, after, limit: wanted.limit + 1 });
  const advisories = found.slice(0, wanted.limit);
  return ok({ advisories, next: found.length > wanted.limit ? (advisories.at(-1)?.id ?? null) : null });
}

/** Drafts are nobody's business: they look as if they were not there. */
export async function showAdvisory(
  world: Pick<World, "advisories">,
  id: string,
): Promise<Result<Advisory, Problem<"NOT_FOUND">>> {
  const found = await world.advisories.find(id);
  return found === null || found.confirmedAt === null ? refuse({ reason: "NOT_FOUND" }) : ok(found);
}
