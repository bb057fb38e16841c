import { SENTENCES } from "../contract/sentences.ts";
import { type CodeClass, classOf } from "../domain/license/codes.ts";
import { LICENSE_STATUS } from "../domain/license/status.ts";
import type { Problem } from "../domain/problem.ts";
import type { Reason } from "../domain/reasons.ts";
import { STATUS } from "./status.ts";

/** An RFC 9457 problem that the host's client (`message`) and envelope readers (`success`, `error`) understand too. */
export function problemResponse(
  problem: Problem<Reason>,
  context: { readonly origin: string; readonly requestId: string; readonly path: string },
): Response {
  const status = STATUS[problem.reason];
  const sentence = SENTENCES[problem.reason];
  const message = problem.detail ?? sentence;
  const { retryAfter } = problem.facts ?? {};
  const body = {
    ...classified(problem.reason),
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

/** Licensing says of each refusal whether it is final; elsewhere status and code say all there is. */
function classified(reason: Reason): { readonly class?: CodeClass } {
  return reason in LICENSE_STATUS || classOf(reason) === "retryable" ? { class: classOf(reason) } : {};
}

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
