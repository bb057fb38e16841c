import { checkAddress } from "../../domain/account/addresses.ts";
import { randomBase62 } from "../../domain/account/base62.ts";
import { mayAs } from "../../domain/account/organization-rights.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { INSTANCE_API_SECRET, INSTANCE_HOST_API_KEY, INSTANCE_WEBHOOK_SECRET } from "./seal-purposes.ts";

export interface InstanceRequest {
  readonly name: string;
  readonly url: string;
  readonly appVersion: string;
  readonly webhookUrl: string;
  readonly apiUrl?: string | undefined;
  readonly hostApiKey?: string | undefined;
  readonly keyShape?: "rbsm" | "legacy" | undefined;
  readonly publisher?: string | undefined;
}

export interface InstanceSecrets {
  readonly instanceId: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly webhookSecret: string;
}

type Refusal = Problem<"url_refused" | "PERMISSION_DENIED">;

/** A Rising-BSM server joins. Its three addresses are checked first; its secrets are shown in this answer only. */
export async function registerInstance(
  world: Pick<World, "accounts" | "instances" | "vault" | "chance" | "clock" | "site">,
  accountId: string,
  request: InstanceRequest,
): Promise<Result<InstanceSecrets, Refusal>> {
  const apiUrl = request.apiUrl ?? `${request.url.replace(/\/+$/, "")}/api`;
  const refused = refuseAddresses(world, { url: request.url, webhookUrl: request.webhookUrl, apiUrl });
  if (refused !== null) return refuse(refused);
  const publisher = await actingPublisher(world, accountId, request.publisher);
  if (!publisher.ok) return publisher;

  const apiKey = `mk_${random(world, 22)}`;
  const secrets = await makeSecrets(world, apiKey);
  const instanceId = await world.instances.create(
    {
      accountId,
      publisherId: publisher.value,
      name: request.name,
      url: request.url,
      appVersion: request.appVersion,
      webhookUrl: request.webhookUrl,
      apiUrl,
      keyShape: request.keyShape ?? "rbsm",
      apiKey,
      apiSecretSealed: secrets.apiSecretSealed,
      webhookSecretSealed: secrets.webhookSecretSealed,
      hostApiKeySealed:
        request.hostApiKey === undefined
          ? null
          : await world.vault.seal(INSTANCE_HOST_API_KEY, apiKey, request.hostApiKey),
    },
    unixSeconds(world.clock.now()),
  );
  return ok({ instanceId, apiKey, apiSecret: secrets.apiSecret, webhookSecret: secrets.webhookSecret });
}

/** Two fresh secrets, in the clear for one answer and sealed for the row. */
export async function makeSecrets(world: Pick<World, "vault" | "chance">, apiKey: string) {
  const apiSecret = `ms_${random(world, 43)}`;
  const webhookSecret = `whs_${random(world, 43)}`;
  return {
    apiSecret,
    webhookSecret,
    apiSecretSealed: await world.vault.seal(INSTANCE_API_SECRET, apiKey, apiSecret),
    webhookSecretSealed: await world.vault.seal(INSTANCE_WEBHOOK_SECRET, apiKey, webhookSecret),
  };
}

/** The first address that may not be used, as a problem naming its field. */
export function refuseAddresses(
  world: Pick<World, "site">,
  fields: { readonly [field: string]: string | undefined },
): Problem<"url_refused"> | null {
  for (const [field, address] of Object.entries(fields)) {
    if (address === undefined) continue;
    const checked = checkAddress(address, world.site.localOrigins);
    if (!checked.ok) return { reason: "url_refused", facts: { pointer: `/${field}`, why: checked.problem } };
  }
  return null;
}

/** An instance acts for a publisher only if its account owns or maintains it. */
export async function actingPublisher(
  world: Pick<World, "accounts">,
  accountId: string,
  handle: string | null | undefined,
  pointer = "/publisher",
): Promise<Result<string | null, Refusal>> {
  if (handle === undefined || handle === null) return ok(null);
  const member = (await world.accounts.memberships(accountId)).find((entry) => entry.handle === handle);
  if (member === undefined || !mayAs(member.role, "publish"))
    return refuse({ reason: "PERMISSION_DENIED", facts: { pointer } });
  return ok(member.id);
}

function random(world: Pick<World, "chance">, length: number): string {
  return randomBase62(length, (bytes) => world.chance.bytes(bytes));
}
