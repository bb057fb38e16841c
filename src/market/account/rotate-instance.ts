import type { Principal } from "../../domain/account/principal.ts";
import { manages } from "../../domain/account/rights.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { type InstanceSecrets, makeSecrets } from "./register-instance.ts";

/** New secrets under the same public key, for the instance itself or its owner. The old ones end at once. */
export async function rotateInstance(
  world: Pick<World, "instances" | "vault" | "chance" | "clock">,
  principal: Principal,
  named: string | undefined,
): Promise<Result<InstanceSecrets, Problem<"NOT_FOUND">>> {
  const instanceId = principal.kind === "instance" ? principal.instanceId : named;
  if (instanceId === undefined || (named !== undefined && named !== instanceId)) return refuse({ reason: "NOT_FOUND" });
  const instance = await world.instances.find(instanceId);
  if (instance === null || principal.kind === "anonymous") return refuse({ reason: "NOT_FOUND" });
  if (principal.kind === "account" && !manages(principal, instance)) return refuse({ reason: "NOT_FOUND" });
  const { apiKey } = instance;
  const secrets = await makeSecrets(world, apiKey);
  await world.instances.rotate(
    instanceId,
    secrets,
    {
      actorKind: principal.kind,
      actorId: principal.kind === "instance" ? principal.instanceId : principal.accountId,
      action: "instance.rotated",
      subjectKind: "instance",
      subjectId: instanceId,
    },
    unixSeconds(world.clock.now()),
  );
  return ok({ instanceId, apiKey, apiSecret: secrets.apiSecret, webhookSecret: secrets.webhookSecret });
}
