import type { Context } from "hono";
import { CEREMONY_ANSWER } from "../../contract/account/passkey.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { brake } from "../../market/account/brake.ts";
import type { CeremonyAnswer } from "../../market/account/session-ports.ts";
import type { World } from "../../market/ports.ts";
import { type PersonalEnv, readScriptJson, sessionHeader, visitorOf } from "./session.ts";

export type Outcome =
  | { readonly ok: true; readonly body: object; readonly secret?: string }
  | { readonly ok: false; readonly problem: Problem<Reason> };

export const SIGNED_OUT: Outcome = { ok: false, problem: { reason: "AUTHENTICATION_REQUIRED" } };

/** What a page's script asks for: options of a ceremony. */
export async function offer(
  context: Context<PersonalEnv>,
  work: (world: World) => Promise<Outcome>,
): Promise<Response> {
  const json = await read(context, "challenge");
  return json instanceof Response ? json : say(context, await work(context.get("world")));
}

/** What a page's script brings back: the authenticator's answer. A new session's secret leaves as a cookie alone. */
export async function take(
  context: Context<PersonalEnv>,
  work: (world: World, answer: CeremonyAnswer, name: string) => Promise<Outcome>,
): Promise<Response> {
  const json = await read(context, "sign_in");
  if (json instanceof Response) return json;
  const { answer, name } = json as { answer?: unknown; name?: unknown };
  const parsed = CEREMONY_ANSWER.safeParse(answer);
  if (!parsed.success) return say(context, { ok: false, problem: { reason: "passkey_refused" } });
  const called = passkeyName(typeof name === "string" ? name : "");
  return say(context, await work(context.get("world"), parsed.data as CeremonyAnswer, called));
}

/** One line without control characters. */
export function passkeyName(text: string): string {
  const name = text
    .replaceAll(/\p{Cc}/gu, "")
    .trim()
    .slice(0, 60)
    .toWellFormed();
  return name === "" ? "Passkey" : name;
}

async function read(context: Context<PersonalEnv>, act: "challenge" | "sign_in"): Promise<object | Response> {
  const json = await readScriptJson(context);
  if (typeof json !== "object" || json === null)
    return say(context, { ok: false, problem: { reason: "csrf_refused" } });
  const braked = await brake(context.get("world"), act, visitorOf(context).address);
  return braked.ok ? json : say(context, braked);
}

const STATUS: Partial<Record<Reason, number>> = {
  csrf_refused: 403,
  proof_required: 403,
  AUTHENTICATION_REQUIRED: 401,
  RATE_LIMITED: 429,
};

function say(context: Context<PersonalEnv>, outcome: Outcome): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  if (outcome.ok) {
    const cookie = outcome.secret === undefined ? {} : sessionHeader(context, outcome.secret);
    return new Response(JSON.stringify(outcome.body), { headers: { ...headers, ...cookie } });
  }
  const { reason, facts } = outcome.problem;
  const body = JSON.stringify({ code: reason, message: SENTENCES[reason], ...facts });
  return new Response(body, { status: STATUS[reason] ?? 400, headers });
}
