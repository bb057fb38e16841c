import type { Principal } from "../../domain/account/principal.ts";
import type { InstallationOwner } from "../../market/execution/own-installation.ts";

/** In whose name an installation is looked for; the operation let no one else in. */
export function installationOwner(principal: Principal): InstallationOwner {
  if (principal.kind === "anonymous") throw new Error("a caller is required");
  return principal.kind === "instance" ? { instanceId: principal.instanceId } : { accountId: principal.accountId };
}
