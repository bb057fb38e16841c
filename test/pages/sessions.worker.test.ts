import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeOperator, ORIGIN } from "../api/account/calls.worker.ts";

const OWN = { "sec-fetch-site": "same-origin", origin: ORIGIN };

function visit(path: string, cookie?: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    redirect: "manual",
    headers: { accept: "text/html", ...(cookie === undefined ? {} : { cookie }), ...headers },
  });
}

function submit(
  path: string,
  fields: Record<string, string>,
  cookie?: string,
  headers: Record<string, string> = OWN,
): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { accept: "text/html", ...(cookie === undefined ? {} : { cookie }), ...headers },
    body: new URLSearchParams(fields),
  });
}

let operator: string;
let accountId: string;

async function newLink(of = accountId): Promise<string> {
  const made = await call("POST", `/v1/desk/accounts/${of}/links`, { bearer: operator });
  expect(made.status).toBe(201);
  return new URL(made.body.url as string).searchParams.get("code") as string;
}

async function signIn(): Promise<string> {
  const answer = await submit("/link", { code: await newLink() });
  expect(answer.status).toBe(303);
  return (answer.headers.get("set-cookie") ?? "").split(";")[0] as string;
}

beforeAll(async () => {
  operator = await makeOperator();
  const made = await call("POST", "/v1/desk/accounts", {
    bearer: operator,
    body: { name: "Anna", email: "anna@firm.at" },
  });
  accountId = made.body.accountId;
});

describe("a session", () => {
  it("begins with a one-time link, and opens pages and the API", async () => {
    const cookie = await signIn();
    const page = await visit("/account", cookie);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Anna");
    const me = await call("GET", "/v1/whoami", { headers: { cookie } });
    expect(me).toMatchObject({ status: 200, body: { account: { id: accountId, name: "Anna" } } });
  });

  it("is asked for by pages that need one", async () => {
    const answer = await visit("/account?x=1");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?next=%2Faccount%3Fx%3D1"]);
  });
});
