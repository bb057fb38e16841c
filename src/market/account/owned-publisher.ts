import { mayAs } from "../../domain/account/organization-rights.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";

/** The id of a publisher the account owns. One it is no member of is not there for it. */
export async function owned(
  world: Pick<World, "accounts">,
  accountId: string,
  handle: string,
): Promise<Result<string, Problem<"NOT_FOUND" | "PERMISSION_DENIED">>> {
  const member = (await world.accounts.memberships(accountId)).find((entry) => entry.handle === handle);
  if (member === undefined) return refuse({ reason: "NOT_FOUND" });
  if (!mayAs(member.role, "administer")) return refuse({ reason: "PERMISSION_DENIED", facts: { role: member.role } });
  return ok(member.id);
}
