import type { Installation } from "../../domain/execution/installation.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";

/** An instance for its own installations, or an account for those of its instances. */
export type InstallationOwner = { readonly instanceId: string } | { readonly accountId: string };

export interface OwnInstallation {
  readonly installation: Installation;
  /** `instance:<id>` or `account:<id>`, as it is written down beside what was changed. */
  readonly actor: string;
}

/** Another tenant's installation is as absent as one that never existed. */
export async function ownInstallation(
  world: Pick<World, "executions">,
  owner: InstallationOwner,
  installationId: string,
): Promise<Result<OwnInstallation, Problem<"installation_not_found">>> {
  const found = await world.executions.findInstallation(installationId, owner);
  const installation = found === null ? null : await world.executions.installation(found.activationId);
  if (installation === null) return refuse({ reason: "installation_not_found" });
  const actor = "instanceId" in owner ? `instance:${owner.instanceId}` : `account:${owner.accountId}`;
  return ok({ installation, actor });
}
