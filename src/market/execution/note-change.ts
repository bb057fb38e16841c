import type { AuditEntry, World } from "../ports.ts";
import type { InstallationOwner } from "./own-installation.ts";

/** Writes down who changed what of an installation; never a value. `now` is Unix seconds. */
export async function noteChange(
  world: Pick<World, "audit">,
  owner: InstallationOwner,
  activationId: string,
  action: `installation.${"settings" | "secret_set" | "secret_dropped" | "consent" | "suspended" | "resumed" | "storage_erased"}`,
  data: NonNullable<AuditEntry["data"]>,
  now: number,
): Promise<void> {
  const [actorKind, actorId] =
    "instanceId" in owner ? (["instance", owner.instanceId] as const) : (["account", owner.accountId] as const);
  await world.audit.append(
    { actorKind, actorId, action, subjectKind: "installation", subjectId: activationId, data },
    now,
  );
}
