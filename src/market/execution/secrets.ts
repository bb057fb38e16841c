import { type SettingField, secretFault } from "../../domain/execution/settings.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { noteChange } from "./note-change.ts";
import { type InstallationOwner, ownInstallation } from "./own-installation.ts";

/** Purpose of sealed plugin secrets; the row of each names installation and key, so a text moved elsewhere does not open. What is kept is named like the plugin's storage (README, Storage). */
const INSTALLATION_SECRET = "installation.secret";
const rowOf = (storageId: string, key: string) => `${storageId}/${key}`;

/** What is said of a secret: never its text. */
export interface SecretView {
  readonly key: string;
  readonly isSet: boolean;
  readonly updatedAt?: number;
}

/** Seals and keeps a secret. A key that the running version does not declare as a secret is as absent as any other. */
export async function putSecret(
  world: Pick<World, "executions" | "settings" | "vault" | "audit" | "clock">,
  owner: InstallationOwner,
  installationId: string,
  key: string,
  value: string,
): Promise<Result<SecretView, Problem<Reason>>> {
  const found = await findSecret(world, owner, installationId, key);
  if (!found.ok) return found;
  const { activationId, storageId, field, actor } = found.value;
  const fault = secretFault(field, value);
  if (fault !== null)
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/value", detail: fault }] } });
  const now = unixSeconds(world.clock.now());
  const sealed = await world.vault.seal(INSTALLATION_SECRET, rowOf(storageId, key), value);
  await world.settings.saveSecret(storageId, key, sealed, actor, now);
  await noteChange(world, owner, activationId, "installation.secret_set", { key }, now);
  return ok({ key, isSet: true, updatedAt: now });
}

/** Forgets a secret; forgetting it twice is no mistake. */
export async function dropSecret(
  world: Pick<World, "executions" | "settings" | "audit" | "clock">,
  owner: InstallationOwner,
  installationId: string,
  key: string,
): Promise<Result<SecretView, Problem<Reason>>> {
  const own = await ownInstallation(world, owner, installationId);
  if (!own.ok) return own;
  const { installation } = own.value;
  const isDeclared = installation.release?.settings.some((field) => field.key === key && field.type === "secret");
  const { activationId, storageId } = installation;
  const wasKept = await world.settings.dropSecret(storageId, key);
  const now = unixSeconds(world.clock.now());
  if (wasKept) await noteChange(world, owner, activationId, "installation.secret_dropped", { key }, now);
  return isDeclared || wasKept ? ok({ key, isSet: false }) : refuse({ reason: "NOT_FOUND" });
}

/** The text of a secret, for the session of the plugin it was set for or the gate that adds it to a request. */
export function readSecret(
  world: Pick<World, "vault">,
  storageId: string,
  key: string,
  sealed: string,
): Promise<string> {
  return world.vault.open(INSTALLATION_SECRET, rowOf(storageId, key), sealed);
}

async function findSecret(
  world: Pick<World, "executions">,
  owner: InstallationOwner,
  installationId: string,
  key: string,
): Promise<Result<{ activationId: string; storageId: string; field: SettingField; actor: string }, Problem<Reason>>> {
  const own = await ownInstallation(world, owner, installationId);
  if (!own.ok) return own;
  const { installation, actor } = own.value;
  const field = installation.release?.settings.find((one) => one.key === key && one.type === "secret");
  if (field === undefined || installation.releasedAt !== null) return refuse({ reason: "NOT_FOUND" });
  return ok({ activationId: installation.activationId, storageId: installation.storageId, field, actor });
}
