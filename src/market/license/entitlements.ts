import type { Principal } from "../../domain/account/principal.ts";
import { coversPlugin, hasScope } from "../../domain/account/rights.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { DefinedEntitlement } from "./entitlement-ports.ts";

/** The list of what a plugin can grant, written by its publisher; everybody may read it. */
export async function defineEntitlements(
  world: Pick<World, "licenses" | "entitlements">,
  principal: Principal,
  pluginId: string,
  entitlements: readonly DefinedEntitlement[],
): Promise<Result<readonly DefinedEntitlement[], Problem<Reason>>> {
  const offer = await world.licenses.findOffer(pluginId, "0");
  if (offer === null || offer.plugin.state === "removed" || principal.kind !== "account")
    return refuse({ reason: "NOT_FOUND", detail: "Plugin not found" });
  const isTheirs =
    hasScope(principal, "license:issue") &&
    coversPlugin(principal, offer.plugin.name) &&
    (await world.licenses.isPublisherMember(offer.plugin.publisherId, principal.accountId));
  if (!isTheirs) return refuse({ reason: "PERMISSION_DENIED" });
  const twice = entitlements.findIndex(({ code }, at) =>
    entitlements.some((one, before) => before < at && one.code === code),
  );
  if (twice >= 0) {
    const errors = [{ pointer: `/entitlements/${twice}/code`, detail: "This code stands in the list already." }];
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });
  }
  await world.entitlements.define(pluginId, entitlements);
  return ok(await world.entitlements.defined(pluginId));
}
