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
}

/** Changes the fields sent, by the owner alone; another account's instance does not exist for the caller. */
export async function changeInstance(
  world: Pick<World, "accounts" | "instances" | "vault" | "clock" | "site">,
  accountId: string,
  instanceId: string,
  patch: InstancePatch,
): Promise<Result<StoredInstance, Problem<"NOT_FOUND" | "url_refused" | "PERMISSION_DENIED">>> {
  const instance = await world.instances.find(instanceId);
  if (instance === null || instance.accountId !== accountId) return refuse({ reason: "NOT_FOUND" });
  const { url, webhookUrl, apiUrl } = patch;
  const refused = refuseAddresses(world, { url, webhookUrl, apiUrl });
  if (refused !== null) return refuse(refused);
  const publisher = await actingPublisher(world, accountId, patch.publisher);
  if (!publisher.ok) return publisher;

  const { hostApiKey, publisher: handle, ...fields } = patch;
  const change = {
    ...fields,
    ...(handle === undefined ? {} : { publisherId: publisher.value }),
    ...(hostApiKey === undefined ? {} : { hostApiKeySealed: await sealed(world, instance.apiKey, hostApiKey) }),
  };
  await world.instances.change(instanceId, change, accountId, unixSeconds(world.clock.now()));
  return ok((await world.instances.find(instanceId)) as StoredInstance);
}

async function sealed(world: Pick<World, "vault">, row: string, hostApiKey: string | null): Promise<string | null> {
  return hostApiKey === null ? null : world.vault.seal(INSTANCE_HOST_API_KEY, row, hostApiKey);
}
