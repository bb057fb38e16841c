import { Response } from "miniflare";

type Asked = { readonly url: string; readonly method: string; readonly headers: Iterable<[string, string]> };

interface Session {
  readonly id: string;
  readonly form: Record<string, string>;
  status: "open" | "complete" | "expired";
}

/** Where the tests' marketplace looks for Stripe's API. */
export const STRIPE_ORIGIN = "http://127.0.0.1:9998";

const sessions = new Map<string, Session>();
/** Idempotency key → the answer it got. */
const answered = new Map<string, object>();
const refunds: Record<string, string>[] = [];
let made = 0;

/**
 * A small double of the calls that the marketplace makes of Stripe: Checkout sessions and refunds, with Stripe's idempotency and
 * its refusals. `/double/…` is for tests: what was asked, what the buyer did, and whether Stripe can be reached.
 */
export function answerStripe(asked: Asked, body: string): Response {
  const { pathname } = new URL(asked.url);
  if (pathname.startsWith("/double/")) return control(pathname);
  if (isAway) return new Response("unreachable", { status: 503 });
  const headers = new Map([...asked.headers].map(([name, value]) => [name.toLowerCase(), value]));
  if (headers.get("authorization") !== "Bearer sk_test_of_the_tests") return refuse(401, "authentication_required");
  const form = Object.fromEntries(new URLSearchParams(body));
  const key = headers.get("idempotency-key");
  const before = key === undefined ? undefined : answered.get(key);
  if (before !== undefined) return Response.json(before);
  const answer = act(asked.method, pathname, form);
  if (answer instanceof Response) return answer;
  if (key !== undefined && asked.method === "POST") answered.set(key, answer);
  return Response.json(answer);
}

let isAway = false;

function act(method: string, pathname: string, form: Record<string, string>): object | Response {
  if (method === "POST" && pathname === "/v1/checkout/sessions") return openSession(form);
  if (method === "POST" && pathname === "/v1/refunds") return refund(form);
  const [, id, verb] = /^\/v1\/checkout\/sessions\/(cs_\w+)(?:\/(\w+))?$/.exec(pathname) ?? [];
  const session = id === undefined ? undefined : sessions.get(id);
  if (session === undefined) return refuse(404, "resource_missing");
  if (method === "POST" && verb === "expire") {
    if (session.status !== "open") return refuse(400, "checkout_session_not_open");
    session.status = "expired";
  }
  return show(session);
}

function openSession(form: Record<string, string>): object {
  const session: Session = { id: `cs_test_${++made}`, form, status: "open" };
  sessions.set(session.id, session);
  return show(session);
}

function refund(form: Record<string, string>): object {
  refunds.push(form);
  return { id: `re_test_${++made}`, object: "refund", status: "succeeded", payment_intent: form.payment_intent };
}

function show({ id, form, status }: Session): object {
  return {
    id,
    object: "checkout.session",
    url: status === "open" ? `https://checkout.stripe.com/c/pay/${id}` : null,
    status,
    expires_at: Number(form.expires_at),
    client_reference_id: form.client_reference_id ?? null,
  };
}

function control(pathname: string): Response {
  const [, , act, id = ""] = pathname.split("/");
  if (act === "away" || act === "back") isAway = act === "away";
  const session = sessions.get(id);
  if (act === "pay" && session !== undefined) session.status = "complete";
  return Response.json({ sessions: [...sessions.values()], refunds });
}

function refuse(status: number, code: string): Response {
  return Response.json({ error: { type: "invalid_request_error", code, message: code } }, { status });
}
