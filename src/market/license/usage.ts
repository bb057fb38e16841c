import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { DeviceProof } from "../../domain/license/device-proof.ts";
import { isLow, isMetric, isUnits, mergeItems, nextReset } from "../../domain/license/usage.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { actorOf, type Role, roleOf } from "./access.ts";
import { NO_PROOFS, type Proofs } from "./find-installation.ts";
import { makeOp } from "./make-ids.ts";
import type { Actor, LicenseFacts } from "./ports.ts";
import type { UsageItem, UsageLine } from "./usage-ports.ts";

type Needs = Pick<World, "licenses" | "usage" | "chance" | "clock" | "webhooks" | "webhookBell" | "background">;

/** What a license used of its limits in this period. */
export async function showUsage(
  world: Pick<World, "licenses" | "usage" | "clock">,
  principal: Principal,
  licenseId: string,
  proofs: Proofs = NO_PROOFS,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const caller = await findCaller(world, principal, licenseId, proofs, now);
  if (caller === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  return ok(present(await world.usage.lines(licenseId, now), now));
}

/** Counts what an instance reports: all items or none. The same `batchId` counts once in seven days. */
export async function reportUsage(
  world: Needs,
  principal: Principal,
  licenseId: string,
  report: { readonly items: readonly UsageItem[]; readonly batchId?: string | undefined },
  proofs: Proofs = NO_PROOFS,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const wrong = report.items.findIndex(({ metric, units }) => !isMetric(metric) || !isUnits(metric, units));
  if (wrong >= 0) return refuse(badItem(wrong, "A metric and an integer from 1 to 1000000000; gauges may be 0."));
  const caller = await findCaller(world, principal, licenseId, proofs, now);
  if (caller === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  const { facts, role, proof } = caller;
  if (proof === null && role !== "instance" && role !== "owner") return refuse({ reason: "PERMISSION_DENIED" });
  if (facts.license.state === "revoked")
    return refuse({ reason: "REVOKED", facts: { reason: facts.license.stateReason ?? "" } });
  const items = mergeItems(report.items);
  const metered = await world.usage.count({
    licenseId,
    items,
    // A proof that counted something counts nothing again.
    batchId: report.batchId ?? (proof === null ? null : `proof:${proof.jkt}:${proof.nonce}`),
    actor: actorOf(role, principal),
    op: makeOp(world),
    now,
  });
  if (metered.kind === "unknown_metric") {
    const at = report.items.findIndex(({ metric }) => metric === metered.metric);
    return refuse(badItem(at, "The license has no such limit."));
  }
  if (metered.kind === "refused") return refuse(exhausted(metered.line, now));
  ringWebhooks(world, "license", licenseId);
  return ok({ ...present(metered.lines, now), isReplayed: metered.isReplayed });
}

interface Caller {
  readonly facts: LicenseFacts;
  readonly role: Role | null;
  /** Set where a device asks with its key alone. */
  readonly proof: DeviceProof | null;
}

/** Who may see the license, or a device of it that proves its key and holds its seat. */
async function findCaller(
  world: Pick<World, "licenses">,
  principal: Principal,
  licenseId: string,
  proofs: Proofs,
  now: number,
): Promise<Caller | null> {
  const proof = principal.kind === "anonymous" ? (proofs[0] ?? null) : null;
  const device = { hardwareId: null, jkt: proof?.jkt ?? null };
  const facts = await world.licenses.find({ licenseId }, device, now);
  if (facts === null) return null;
  const { activation } = facts;
  if (proof !== null)
    return activation?.deviceJkt === proof.jkt && activation.releasedAt === null ? { facts, role: null, proof } : null;
  const role = await roleOf(world, principal, facts);
  return role === null ? null : { facts, role, proof };
}

/**
 * What a ping says it used. Never refuses: what is no metric of the license, no number or more than the quota is left out.
 * Answers the warnings of the reply.
 */
export async function meterPing(
  world: Needs,
  licenseId: string,
  usage: { readonly [metric: string]: unknown },
  from: { readonly actor: Actor; readonly batchId: string | null },
): Promise<readonly ("QUOTA_LOW" | "QUOTA_EXHAUSTED")[]> {
  const now = unixSeconds(world.clock.now());
  const limits = new Map((await world.usage.lines(licenseId, now)).map((line) => [line.metric, line]));
  const warnings = new Set<"QUOTA_LOW" | "QUOTA_EXHAUSTED">();
  for (const [metric, units] of Object.entries(usage)) {
    if (typeof units !== "number" || !isUnits(metric, units) || !limits.has(metric)) continue;
    const batchId = from.batchId === null ? null : `${from.batchId}:${metric}`;
    const metered = await world.usage.count({
      licenseId,
      items: [{ metric, units }],
      batchId,
      actor: from.actor,
      op: makeOp(world),
      now,
    });
    if (metered.kind === "refused") warnings.add("QUOTA_EXHAUSTED");
    if (metered.kind === "counted" && metered.lines.some(isLow)) warnings.add("QUOTA_LOW");
  }
  ringWebhooks(world, "license", licenseId);
  return [...warnings];
}

export function exhausted(line: UsageLine, now: number): Problem<Reason> {
  const { metric, used, cap } = line;
  const resetsAt = line.kind === "gauge" ? {} : { resetsAt: isoTime(nextReset(now)) };
  return { reason: "QUOTA_EXHAUSTED", facts: { metric, used, cap, ...resetsAt } };
}

function present(lines: readonly UsageLine[], now: number): JsonObject {
  return {
    usage: lines.map(({ metric, kind, period, used, cap }) => ({
      metric,
      kind,
      used,
      cap,
      ...(kind === "counter" ? { period, resetsAt: isoTime(nextReset(now)) } : {}),
    })),
    warnings: lines.some(isLow) ? ["QUOTA_LOW"] : [],
  };
}

function badItem(at: number, detail: string): Problem<Reason> {
  return { reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: `/items/${at}`, detail }] } };
}
