import type { Json } from "../../domain/json/json.ts";
import { classOf } from "../../domain/license/codes.ts";
import type { RequestBinding } from "../../domain/license/lease.ts";
import { statusOf } from "../../domain/license/status.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { isoTime } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { signVerdict } from "./sign.ts";

/** A conclusive or action answer with its signed verdict: a client changes nothing without one bound to its request. */
export async function refuseSigned(
  world: Pick<World, "leaseSigner" | "site">,
  pluginId: string,
  problem: Problem<Reason>,
  binding: RequestBinding,
  now: number,
): Promise<{ readonly ok: false; readonly problem: Problem<Reason> }> {
  const codeClass = classOf(problem.reason);
  const facts = { class: codeClass, serverTime: isoTime(now), ...problem.facts };
  if (codeClass === "retryable") return { ok: false, problem: { ...problem, facts } };
  const said: { [member: string]: Json | undefined } = {
    code: problem.reason,
    ...facts,
    status: statusOf(problem.reason),
  };
  const verdict = await signVerdict(world, pluginId, said, binding, now);
  return { ok: false, problem: { ...problem, facts: { ...facts, verdict } } };
}
