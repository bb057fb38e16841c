import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { roleOf } from "./access.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { findInstallation, judgeCaller, NO_PROOFS, type Proofs } from "./find-installation.ts";
import { type InstallationView, presentInstallation } from "./present-installation.ts";

export async function showInstallation(
  world: Pick<World, "licenses" | "clock">,
  principal: Principal,
  iid: string,
  proofs: Proofs = NO_PROOFS,
): Promise<Result<InstallationView, Problem<Reason>>> {
  const facts = await findInstallation(world, principal, iid, proofs);
  if (!facts.ok) return facts;
  const unproven = judgeCaller(principal, facts.value.activation, proofs);
  if (unproven !== null) return refuse(unproven);
  return ok(presentInstallation(facts.value, unixSeconds(world.clock.now())));
}

/** All installations of an instance, newest grant first, released ones too. */
export async function listInstallations(
  world: Pick<World, "licenses" | "clock">,
  instanceId: string,
): Promise<readonly InstallationView[]> {
  const now = unixSeconds(world.clock.now());
  return (await world.licenses.installationsOf(instanceId)).map((facts) => presentInstallation(facts, now));
}

export async function listInstallationsOfLicense(
  world: Pick<World, "licenses" | "clock">,
  principal: Principal,
  licenseId: string,
): Promise<Result<readonly InstallationView[], Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const facts = await world.licenses.find({ licenseId }, NO_DEVICE, now);
  const role = facts === null ? null : await roleOf(world, principal, facts);
  if (facts === null || role === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  const rows = await world.licenses.installationsOfLicense(licenseId);
  return ok(rows.map((row) => presentInstallation(row, now)));
}
