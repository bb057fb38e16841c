import type { Json } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { RunOwner } from "./run-ports.ts";

/** How long what a plugin kept outlives its last installation on a device. */
export const KEPT_AFTER_UNINSTALL = 30 * DAY;
const MAX_ERASED_AT_ONCE = 20;
const PAGE = 100;
const EXPORTS_PER_MINUTE = 600;

/** One page of everything a plugin keeps, for the admin; also of an installation that was released. */
export async function exportStorage(
  world: Pick<World, "executions" | "pluginStorage">,
  owner: RunOwner,
  iid: string,
  cursor: string | undefined,
): Promise<Result<Json, Problem<"installation_not_found" | "RATE_LIMITED" | "VALIDATION_ERROR">>> {
  const storageId = await storageOf(world, owner, iid);
  if (storageId === null) return refuse({ reason: "installation_not_found" });
  const rate = { method: "export", perMinute: EXPORTS_PER_MINUTE, globalPerMinute: Number.MAX_SAFE_INTEGER } as const;
  const act = { act: "list", prefix: "", limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } as const;
  const reply = await world.pluginStorage.of(storageId).perform(rate, act, null);
  if (reply.ok) return ok(reply.value);
  if (reply.error.code === "rate_limited")
    return refuse({ reason: "RATE_LIMITED", facts: { retryAfter: reply.error.retryAfter ?? 60 } });
  const errors = [{ pointer: "/cursor", detail: "was not made by this list" }];
  return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });
}

/** Gone at once: values, files and counters. Settings and secrets are the installation's and stay with it. */
export async function eraseStorage(
  world: Pick<World, "executions" | "pluginStorage" | "keptStorages" | "clock">,
  owner: RunOwner,
  iid: string,
): Promise<Result<{ readonly installationId: string }, Problem<"installation_not_found">>> {
  const found = await world.executions.findInstallation(iid, owner);
  const storageId = await storageOf(world, owner, iid);
  if (found === null || storageId === null) return refuse({ reason: "installation_not_found" });
  await world.pluginStorage.of(storageId).erase();
  await world.keptStorages.noteErased(storageId, "asked", unixSeconds(world.clock.now()));
  return ok({ installationId: found.installationId });
}

/** Thirty days after the last installation on a device was released, what it kept is gone, settings and secrets too. */
export async function sweepStorages(
  world: Pick<World, "pluginStorage" | "keptStorages" | "settings" | "clock">,
): Promise<void> {
  const now = unixSeconds(world.clock.now());
  for (const { storageId, activationIds } of await world.keptStorages.abandoned(
    now - KEPT_AFTER_UNINSTALL,
    MAX_ERASED_AT_ONCE,
  )) {
    await world.pluginStorage.of(storageId).erase();
    for (const activationId of activationIds) await world.settings.erase(activationId);
    await world.keptStorages.noteErased(storageId, "uninstalled", now);
  }
}

async function storageOf(world: Pick<World, "executions">, owner: RunOwner, iid: string): Promise<string | null> {
  const found = await world.executions.findInstallation(iid, owner);
  const installation = found === null ? null : await world.executions.installation(found.activationId);
  return installation?.storageId ?? null;
}
