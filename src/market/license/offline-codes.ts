import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { makeHandoffCode, parseHandoffCode } from "../../domain/license/offline.ts";
import { offlineRefusal } from "../../domain/license/offline-lease.ts";
import { deriveState } from "../../domain/license/states.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { type Role, roleOf } from "./access.ts";
import { NO_DEVICE } from "./ask-device.ts";
import type { LicenseFacts } from "./ports.ts";

const CODE_SECONDS = 15 * MINUTE;
const COOLDOWN_SECONDS = 15 * MINUTE;

/** Who brings a file: somebody signed in for a license, or a technician with a code and an address. */
export type OfflineCaller =
  | { readonly principal: Principal; readonly licenseId: string }
  | { readonly code: string; readonly address: string | null; readonly licenseId?: string };

export interface Admitted {
  readonly licenseId: string;
  readonly role: Role | null;
  /** Uses the code up for this one file; false: it was used for another. Without a code nothing is used up. */
  spend(): Promise<boolean>;
}

type Needs = Pick<World, "licenses" | "keyHasher" | "offline">;

/** A code for somebody at the device: one file, a quarter of an hour. Made by the instance or its owner. */
export async function makeCode(
  world: Needs & Pick<World, "chance" | "clock">,
  principal: Principal,
  licenseId: string,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const own = await findOwn(world, principal, licenseId, now);
  if (!own.ok) return own;
  const { license } = own.value.facts;
  const why = offlineRefusal(license, deriveState(license, now));
  if (why !== null) return refuse({ reason: "OFFLINE_REFUSED", facts: { why } });
  const code = makeHandoffCode(world.chance.bytes(5));
  const madeBy = principal.kind === "instance" ? `instance:${principal.instanceId}` : accountOf(principal);
  const expiresAt = now + CODE_SECONDS;
  const isAdded = await world.offline.addCode(await hashCode(world, code), license.id, madeBy, now, expiresAt);
  if (!isAdded) return refuse({ reason: "RATE_LIMITED", facts: { retryAfter: CODE_SECONDS } });
  return ok({ code: `${code.slice(0, 5)}-${code.slice(5)}`, expiresAt: isoTime(expiresAt) });
}

/** May this caller bring a file for a license, and for which? A mistyped code costs no read. */
export async function admitOffline(
  world: Needs,
  caller: OfflineCaller,
  fileHash: string | null,
  now: number,
): Promise<Result<Admitted, Problem<Reason>>> {
  if ("principal" in caller) {
    const own = await findOwn(world, caller.principal, caller.licenseId, now);
    if (!own.ok) return own;
    return ok({ licenseId: caller.licenseId, role: own.value.role, spend: async () => true });
  }
  const code = parseHandoffCode(caller.code);
  if (code === null) return refuse({ reason: "OFFLINE_CODE_INVALID" });
  const codeHash = await hashCode(world, code);
  const subject = await world.keyHasher.hash("rbsm-address", networkOf(caller.address ?? ""));
  const found = await world.offline.findCode(codeHash, subject, now);
  if (found === "cooldown")
    return refuse({ reason: "OFFLINE_CODE_COOLDOWN", facts: { class: "retryable", retryAfter: COOLDOWN_SECONDS } });
  const isForThis =
    found !== "unknown" &&
    (caller.licenseId === undefined || caller.licenseId === found.licenseId) &&
    (found.usedFor === null || found.usedFor === fileHash);
  if (found === "unknown" || !isForThis) return refuse({ reason: "OFFLINE_CODE_INVALID" });
  return ok({
    licenseId: found.licenseId,
    role: null,
    spend: async () => fileHash !== null && (await world.offline.spendCode(codeHash, fileHash, now)),
  });
}

async function findOwn(
  world: Needs,
  principal: Principal,
  licenseId: string,
  now: number,
): Promise<Result<{ readonly facts: LicenseFacts; readonly role: Role }, Problem<Reason>>> {
  const facts = await world.licenses.find({ licenseId }, NO_DEVICE, now);
  const role = facts === null ? null : await roleOf(world, principal, facts);
  if (facts === null || (role !== "instance" && role !== "owner"))
    return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  return ok({ facts, role });
}

function hashCode(world: Pick<World, "keyHasher">, code: string): Promise<string> {
  return world.keyHasher.hash("rbsm-handoff", code);
}

function accountOf(principal: Principal): string {
  return principal.kind === "account" ? `account:${principal.accountId}` : "";
}

/** An IPv6 customer has a /64: one budget for all of it. */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = tail.split(":").filter((part) => part !== "");
  const groups = address.includes("::")
    ? [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0"), ...right]
    : left;
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
