import type { AccountPrincipal } from "../../domain/account/principal.ts";
import { manages } from "../../domain/account/rights.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { StoredInstance } from "./ports.ts";
import { actingPublisher, refuseAddresses } from "./register-instance.ts";
import { INSTANCE_HOST_API_KEY } from "./seal-purposes.ts";

export interface InstancePatch {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly appVersion?: string | undefined;
  readonly webhookUrl?: string | undefined;
  readonly apiUrl?: string | undefined;
  readonly hostApiKey?: string | null | undefined;
  readonly keyShape?: "rbsm" | "legacy" | undefined;
  readonly publisher?: string | null | undefined;
  /** Handle of the organization whose owners and maintainers manage the instance, too. */
  readonly organization?: string | null | undefined;
}

/** Changes the fields sent, by who manages the instance; another account's instance does not exist for the caller. */
export async function changeInstance(
  world: Pick<World, "accounts" | "instances" | "vault" | "clock" | "site">,
  principal: AccountPrincipal,
  instanceId: string,
  patch: InstancePatch,
): Promise<Result<StoredInstance, Problem<"NOT_FOUND" | "url_refused" | "PERMISSION_DENIED">>> {
  const instance = await world.instances.find(instanceId);
  if (instance === null || !manages(principal, instance)) return refuse({ reason: "NOT_FOUND" });
  const { accountId } = principal;
  // Whose it is, is for the account that registered it to say.
  if (patch.organization !== undefined && instance.accountId !== accountId)
    return refuse({ reason: "PERMISSION_DENIED", facts: { pointer: "/organization" } });
  const { url, webhookUrl, apiUrl } = patch;
  const refused = refuseAddresses(world, { url, webhookUrl, apiUrl });
  if (refused !== null) return refuse(refused);
  const publisher = await actingPublisher(world, accountId, patch.publisher);
  if (!publisher.ok) return publisher;
  const organization = await actingPublisher(world, accountId, patch.organization, "/organization");
  if (!organization.ok) return organization;

  const { hostApiKey, publisher: handle, organization: owner, ...fields } = patch;
  const change = {
    ...fields,
    ...(handle === undefined ? {} : { publisherId: publisher.value }),
    ...(owner === undefined ? {} : { organizationId: organization.value }),
    ...(hostApiKey === undefined ? {} : { hostApiKeySealed: await sealed(world, instance.apiKey, hostApiKey) }),
  };
  await world.instances.change(instanceId, change, accountId, unixSeconds(world.clock.now()));
  return ok((await world.instances.find(instanceId)) as StoredInstance);
}

async function sealed(world: Pick<World, "vault">, row: string, hostApiKey: string | null): Promise<string | null> {
  return hostApiKey === null ? null : world.vault.seal(INSTANCE_HOST_API_KEY, row, hostApiKey);
}
