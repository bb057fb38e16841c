import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { sha256Hex } from "../../src/domain/digest.ts";
import { call, makeOperator, ORIGIN } from "../api/account/calls.worker.ts";

export const OWN = { "sec-fetch-site": "same-origin", origin: ORIGIN };
export const NOW = () => Math.floor(Date.now() / 1000);

export function visit(path: string, cookie?: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    redirect: "manual",
    headers: {
      accept: "text/html",
      "cf-connecting-ip": anywhere(),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
  });
}

export function submit(
  path: string,
  fields: Record<string, string> | [string, string][],
  cookie?: string,
  headers: Record<string, string> = OWN,
): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: {
      accept: "text/html",
      "cf-connecting-ip": anywhere(),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    body: new URLSearchParams(fields),
  });
}

export function script(
  path: string,
  body: unknown,
  cookie?: string,
  headers: Record<string, string> = OWN,
): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "cf-connecting-ip": anywhere(),
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

/** Set by `makePeople`: Anna and Ben are people with an account and nothing else. */
export const people = { operator: "", operatorId: "", anna: "", ben: "" };

export async function makePeople(): Promise<void> {
  people.operator = await makeOperator();
  people.operatorId = (await call("GET", "/v1/whoami", { bearer: people.operator })).body.account.id;
  people.anna = await account("Anna");
  people.ben = await account("Ben");
}

export async function account(name: string): Promise<string> {
  const email = `${name.toLowerCase()}@firm.at`;
  return (await call("POST", "/v1/desk/accounts", { bearer: people.operator, body: { name, email } })).body.accountId;
}

export async function newLink(of: string): Promise<string> {
  const made = await call("POST", `/v1/desk/accounts/${of}/links`, { bearer: people.operator });
  expect(made.status).toBe(201);
  return new URL(made.body.url as string).searchParams.get("code") as string;
}

export function cookieOf(answer: Response): string {
  return (answer.headers.get("set-cookie") ?? "").split(";")[0] as string;
}

/** A session that a link began. */
export async function signIn(of: string, before?: string): Promise<string> {
  const answer = await submit("/link", { code: await newLink(of) }, before);
  expect(answer.status).toBe(303);
  return cookieOf(answer);
}

export const secretOf = (cookie: string): string => cookie.split("=")[1] as string;

/** As if this session had just seen its person's passkey. */
export async function prove(cookie: string, ageSeconds = 0): Promise<string> {
  await env.DB.prepare("UPDATE sessions SET proven_at = ? WHERE id_hash = ?")
    .bind(NOW() - ageSeconds, await sha256Hex(secretOf(cookie)))
    .run();
  return cookie;
}

export async function isSignedIn(cookie: string): Promise<boolean> {
  return (await call("GET", "/v1/whoami", { headers: { cookie } })).status === 200;
}

export async function lastMailTo(address: string): Promise<string> {
  const cookie = await signIn(people.operatorId);
  const page = await (await visit("/desk/mail", cookie)).text();
  const card = page.split("<li").find((part) => part.includes(address));
  return card ?? "";
}

export function codeIn(text: string): string {
  return /link\?code=([A-Za-z0-9_-]{43})/.exec(text)?.[1] ?? "";
}

let place = 0;
/** Another network every time, so that nobody's brake is felt by another test. */
function anywhere(): string {
  place++;
  return `10.0.${place >> 8}.${place & 255}`;
}
