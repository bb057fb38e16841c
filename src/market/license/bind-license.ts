import type { Principal } from "../../domain/account/principal.ts";
import type { Json } from "../../domain/json/json.ts";
import * as binding from "../../domain/license/binding.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import type { MarketplaceLicense } from "../../domain/license/projection.ts";
import type { Transition } from "../../domain/license/transitions.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import { actorOf, type Role, roleOf } from "./access.ts";
import { applyChange, type ChangeWorld } from "./apply-change.ts";
import { type NamedLicense, referLicense } from "./ask-device.ts";
import type { LicenseFacts } from "./ports.ts";
import { presentToInstance, presentWithoutKey } from "./present-license.ts";

export type BindingWorld = ChangeWorld & Pick<World, "licenseDevices" | "keyHasher" | "vault">;
type Changed = Promise<Result<MarketplaceLicense, Problem<Reason>>>;

/** Ties a license to one device; a second time is ALREADY_BOUND. */
export async function bindLicense(
  world: BindingWorld,
  principal: Principal,
  named: NamedLicense,
  hardwareId: string,
): Changed {
  const parsed = parseHardwareId(hardwareId);
  if (parsed === null)
    return refuse({
      reason: "DEVICE_ID_INVALID",
      facts: { class: "action", errors: [{ pointer: "/hardwareId", detail: "64 hexadecimal characters" }] },
    });
  return change(world, principal, named, async ({ license }) => ({
    transition: binding.bind(license, parsed),
    kind: "license.bound",
    data: { hardwareId: parsed },
  }));
}

/** Frees it for another device, once in 30 days; RATE_LIMITED before. */
export async function unbindLicense(world: BindingWorld, principal: Principal, named: NamedLicense): Changed {
  return change(world, principal, named, async ({ license }, now) => {
    // Read after the license: whoever unbinds in between moves its `rev`, and the write is refused.
    const last = license.hardwareId === null ? null : await world.licenseDevices.lastAt(license.id, "license.unbound");
    return {
      transition: binding.unbind(license, last, now),
      kind: "license.unbound",
      data: { hardwareId: license.hardwareId },
    };
  });
}

/** To another user of the same instance, once in 30 days: unbound, all seats free. */
export async function transferLicense(
  world: BindingWorld,
  principal: Principal,
  named: NamedLicense,
  newUserId: string,
): Changed {
  return change(world, principal, named, async ({ license }, now) => {
    const last = await world.licenseDevices.lastAt(license.id, "license.transferred");
    return {
      transition: binding.transfer(license, newUserId, last, now),
      kind: "license.transferred",
      data: { newUserId },
    };
  });
}

interface Wanted {
  readonly transition: Transition | ReturnType<typeof binding.unbind>;
  readonly kind: string;
  readonly data: { readonly [member: string]: Json };
}

/** Instance and owner alone; to everybody else who sees the license it is PERMISSION_DENIED. */
async function change(
  world: BindingWorld,
  principal: Principal,
  named: NamedLicense,
  decide: (facts: LicenseFacts, now: number) => Promise<Wanted>,
): Changed {
  const ref = await referLicense(world, named);
  if (!ref.ok) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  let role: Role | null = null;
  const changed = await applyChange(world, ref.value, async (facts, now) => {
    role = await roleOf(world, principal, facts);
    if (role === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
    if (role !== "instance" && role !== "owner") return refuse({ reason: "PERMISSION_DENIED" });
    const { transition, kind, data } = await decide(facts, now);
    if (!transition.ok) return transition;
    return ok({ transition: ok(transition.value), change: { kind, data, actor: actorOf(role, principal) } });
  });
  if (!changed.ok) return changed;
  const now = Math.floor(world.clock.now() / 1000);
  const { facts } = changed.value;
  return ok(role === "instance" ? await presentToInstance(world, facts, now) : presentWithoutKey(facts, now));
}
