import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { Membership, StoredAccount, StoredInstance, StoredKey } from "./ports.ts";

export type Identity =
  | {
      readonly kind: "account";
      readonly account: StoredAccount;
      readonly token: Extract<Principal, { kind: "account" }>["token"];
      readonly publishers: readonly (Membership & { readonly keys: readonly StoredKey[] })[];
    }
  | { readonly kind: "instance"; readonly instance: StoredInstance };

/** Whose credential this is, and what it may do. */
export async function whoAmI(
  world: Pick<World, "accounts" | "instances">,
  principal: Principal,
): Promise<Result<Identity, Problem<"AUTHENTICATION_REQUIRED">>> {
  if (principal.kind === "instance") {
    const instance = await world.instances.find(principal.instanceId);
    return instance ? ok({ kind: "instance", instance }) : refuse({ reason: "AUTHENTICATION_REQUIRED" });
  }
  if (principal.kind === "anonymous") return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  const [account, memberships] = await Promise.all([
    world.accounts.findAccount(principal.accountId),
    world.accounts.memberships(principal.accountId),
  ]);
  if (account === null) return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  const publishers = await Promise.all(
    memberships.map(async (entry) => ({ ...entry, keys: await world.accounts.publisherKeys(entry.id) })),
  );
  return ok({ kind: "account", account, token: principal.token, publishers });
}
