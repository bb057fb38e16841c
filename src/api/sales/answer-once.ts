import type { Principal } from "../../domain/account/principal.ts";
import { encodeHex } from "../../domain/bytes.ts";
import { sha256 } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../../market/ports.ts";
import { actorText } from "../../market/sales/find-order.ts";
import type { Answer } from "../route.ts";

const KEY = /^[A-Za-z0-9_-]{8,64}$/;
const KEPT_FOR = DAY;

/**
 * Acts once per `Idempotency-Key` of a caller and route: for a day the same request gets the same bytes again, another body under
 * the key is IDEMPOTENCY_MISMATCH. Refusals are not kept. Two calls in flight both act, which must be harmless, and get one reply.
 */
export async function answerOnce(
  world: Pick<World, "replies" | "clock">,
  principal: Principal,
  operationId: string,
  request: Request,
  raw: Uint8Array,
  act: () => Promise<Result<Answer, Problem<Reason>>>,
): Promise<Result<Answer, Problem<Reason>> | Response> {
  const key = request.headers.get("idempotency-key");
  if (key === null) return act();
  if (!KEY.test(key)) {
    const detail = "8 to 64 letters, digits, hyphens or underscores.";
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/Idempotency-Key", detail }] } });
  }
  const scope = `${actorText(principal)}:${operationId}`;
  const requestHash = encodeHex(await sha256(raw));
  const now = unixSeconds(world.clock.now());
  const there = await world.replies.claim(scope, key, requestHash, now, now + KEPT_FOR);
  if (there !== "claimed") {
    if (there.requestHash !== requestHash) return refuse({ reason: "IDEMPOTENCY_MISMATCH" });
    if (there.status !== 0) return replayed(there.status, there.body);
  }
  const answer = await act();
  if (!answer.ok) {
    await world.replies.drop(scope, key);
    return answer;
  }
  const mine = { status: answer.value.status ?? 200, body: JSON.stringify(answer.value.body) };
  const kept = await world.replies.keep(scope, key, mine);
  return kept.status === mine.status && kept.body === mine.body ? answer : replayed(kept.status, kept.body);
}

function replayed(status: number, body: string): Response {
  return new Response(body, {
    status,
    headers: {
      "content-type": "application/json",
      "cache-control": "private, no-store",
      "idempotency-replayed": "true",
    },
  });
}
