import { Response } from "miniflare";
import { createEmulator } from "../../src/sdk/testing/index.ts";
import { answerDns, answerWellKnown, DNS_ORIGIN, writeZone } from "./domains.ts";
import { answerGithub, GITHUB_ORIGINS } from "./github.ts";
import { HOST_API_KEY } from "./host-key.ts";
import { answerStripe, STRIPE_ORIGIN } from "./stripe.ts";

type Asked = {
  readonly url: string;
  readonly method: string;
  readonly headers: Iterable<[string, string]>;
  text(): Promise<string>;
};

const emulator = createEmulator({ apiKey: HOST_API_KEY, webhookSecret: "whs_of_the_tests", callsPerMinute: 100_000 });

/** Odd instances by the first path segment of their API address; the last one repeats what it was asked. */
const ODD: Readonly<Record<string, (asked: Asked, body: string) => Response | Promise<Response>>> = {
  redirecting: () => new Response(null, { status: 302, headers: { location: "http://127.0.0.1:9999/api/customers" } }),
  huge: () => new Response(JSON.stringify({ success: true, data: { text: "x".repeat(1_100_000) } })),
  html: () => new Response("<!DOCTYPE html><title>Bad gateway</title>", { status: 502 }),
  "html-ok": () => new Response("<!DOCTYPE html><title>Welcome</title>"),
  "shape-b": () =>
    Response.json(
      { success: false, error: "Denied", code: "INSUFFICIENT_PERMISSIONS", message: "No right", statusCode: 403 },
      { status: 403 },
    ),
  "shape-c": () =>
    Response.json({ success: false, data: null, error: "Boom inside", statusCode: 500 }, { status: 500 }),
  "object-code": () =>
    Response.json({ success: false, data: null, message: "Odd", error: { code: { a: 1 } } }, { status: 400 }),
  "limit-after-one": (() => {
    let asked = 0;
    return () =>
      asked++ === 0
        ? Response.json({ success: true, data: { id: 1 } })
        : Response.json(
            {
              success: false,
              error: "Authentication required",
              code: "AUTHENTICATION_REQUIRED",
              message: "Authentication required",
              statusCode: 401,
            },
            { status: 401 },
          );
  })(),
  mirror: (asked, body) =>
    Response.json({
      success: true,
      data: { method: asked.method, url: asked.url, headers: Object.fromEntries(asked.headers), body },
      error: null,
    }),
};

/** Everything the marketplace of the tests can reach: one Rising-BSM instance on a local origin, and odd ones beside it. */
export async function answerInstance(asked: Asked): Promise<Response> {
  const url = new URL(asked.url);
  if (GITHUB_ORIGINS.includes(url.origin)) {
    const authorization = [...asked.headers].find(([name]) => name === "authorization")?.[1] ?? null;
    return answerGithub(url, authorization, await asked.text());
  }
  if (url.origin === STRIPE_ORIGIN) return answerStripe(asked, await asked.text());
  if (url.origin === DNS_ORIGIN) return answerDns(url);
  const proof = answerWellKnown(url);
  if (proof !== null) return proof;
  if (url.origin !== "http://127.0.0.1:9999") return new Response("no such host in the tests", { status: 599 });
  if (url.pathname === "/zone") return writeZone(url);
  const body = await asked.text();
  const odd = ODD[url.pathname.split("/")[1] ?? ""];
  if (odd !== undefined) return odd(asked, body);
  const hasBody = asked.method !== "GET" && asked.method !== "HEAD";
  const request = new Request(asked.url, {
    method: asked.method,
    headers: [...asked.headers],
    ...(hasBody ? { body } : {}),
  });
  const answer = await emulator.fetch(request);
  return new Response(await answer.text(), { status: answer.status, headers: [...answer.headers] });
}
