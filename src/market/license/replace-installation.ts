import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { World } from "../ports.ts";
import type { Role } from "./access.ts";
import { findInstallation, installationActor } from "./find-installation.ts";
import { makeOp } from "./make-ids.ts";
import type { LicenseFacts } from "./ports.ts";

/** Frees the named installation of the same license before a seat is taken; null: done, or nothing was named. */
export async function replaceInstallation(
  world: Pick<World, "licenses" | "chance">,
  principal: Principal,
  role: Role | null,
  { license }: Pick<LicenseFacts, "license">,
  iid: string | undefined,
  now: number,
): Promise<Problem<Reason> | null> {
  if (iid === undefined) return null;
  if (role !== "instance" && role !== "owner") return { reason: "PERMISSION_DENIED" };
  const found = await findInstallation(world, principal, iid);
  if (!found.ok) return found.problem;
  if (found.value.license.id !== license.id) return { reason: "NOT_FOUND", detail: "Installation not found" };
  await world.licenses.release(found.value.activation.id, "replaced", installationActor(principal), makeOp(world), now);
  return null;
}
