import type { AccountPrincipal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result } from "../../domain/result.ts";
import { giveConsent } from "../execution/consent.ts";
import type { ActivateWorld } from "../license/activate.ts";
import type { World } from "../ports.ts";
import { CONSOLE_LABEL, reactivate } from "./install-plugin.ts";
import type { InstalledRow } from "./ports.ts";

/** `installed`: it runs from now on. `consented`: the server that holds the seat installs it at its next look. */
export type Updated = "installed" | "consented";

/**
 * Consent first, then the version. A seat that a host took is moved on by the host alone: a second lease in its name would
 * make it look like a copy.
 */
export async function updatePlugin(
  world: ActivateWorld & Pick<World, "console" | "catalogue" | "consents" | "executions" | "audit">,
  principal: AccountPrincipal,
  row: InstalledRow,
  version: string,
  consent: { readonly grantedPermissions: readonly string[]; readonly closureDigest: string },
): Promise<Result<Updated, Problem<Reason>>> {
  const { accountId } = principal;
  const given = await giveConsent(world, { accountId }, row.activationId, version, consent);
  if (!given.ok) return given;
  if (row.label !== CONSOLE_LABEL || row.isDeviceBound) return ok("consented");
  const moved = await reactivate(world, principal, row, version);
  return moved.ok ? ok("installed") : moved;
}
