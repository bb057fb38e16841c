import { SENTENCES } from "../contract/sentences.ts";
import { type Action, actionsOf } from "../domain/license/actions.ts";
import { type CodeClass, classOf } from "../domain/license/codes.ts";
import { LICENSE_STATUS } from "../domain/license/status.ts";
import type { Problem } from "../domain/problem.ts";
import type { Reason } from "../domain/reasons.ts";
import { isoTime, unixSeconds } from "../domain/time.ts";
import { STATUS } from "./status.ts";

/** An RFC 9457 problem that the host's client (`message`) and envelope readers (`success`, `error`) understand too. */
export function problemResponse(
  problem: Problem<Reason>,
  context: { readonly origin: string; readonly requestId: string; readonly path: string; readonly now: number },
): Response {
  const status = STATUS[problem.reason];
  const sentence = SENTENCES[problem.reason];
  const message = problem.detail ?? sentence;
  const { retryAfter } = problem.facts ?? {};
  const body = {
    ...classified(problem, context),
    // First: a fact named like a standard member must not replace it.
    ...problem.facts,
    type: `${context.origin}/problems/${problem.reason}`,
    title: sentence,
    status,
    detail: message,
    instance: context.path,
    message,
    success: false,
    code: problem.reason,
    error: { code: problem.reason, details: problem.facts ?? {} },
    traceId: context.requestId,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(typeof retryAfter === "number" ? { "retry-after": String(retryAfter) } : {}),
      ...rateHeaders(problem.facts ?? {}),
      ...(status === 401 ? { "www-authenticate": 'Bearer realm="rising-bsm"' } : {}),
    },
  });
}

/** Licensing says of each refusal whether it is final, what to do about it, and when; elsewhere status and code say all. */
function classified(
  { reason, facts }: Problem<Reason>,
  { path, now }: { readonly path: string; readonly now: number },
): { readonly class?: CodeClass; readonly actions?: readonly Action[]; readonly serverTime?: string } {
  const isLicensing = reason in LICENSE_STATUS || classOf(reason) === "retryable" || LICENSING.test(path);
  if (!isLicensing) return {};
  return { class: classOf(reason), actions: actionsOf(reason, facts), serverTime: isoTime(unixSeconds(now)) };
}

const LICENSING = /^\/v1\/(?:licenses|installations|heartbeats)(?:\/|$)/;

/** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers) of a budget that is used up. */
function rateHeaders({
  budget,
  limit,
  windowSeconds,
  retryAfter,
}: NonNullable<Problem["facts"]>): Record<string, string> {
  if (typeof budget !== "string" || typeof limit !== "number") return {};
  return {
    ratelimit: `"${budget}";r=0;t=${Number(retryAfter ?? windowSeconds)}`,
    "ratelimit-policy": `"${budget}";q=${limit};w=${Number(windowSeconds)}`,
  };
}
