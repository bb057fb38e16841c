import { exports } from "cloudflare:workers";
import { TEST_SECRETS } from "../../secrets.ts";
import { checkAnswer } from "../check-answer.ts";

export const ORIGIN = "http://localhost:8787";

/** One call of the API as anybody would make it; every answer is held against its declaration. */
export async function call(
  method: string,
  path: string,
  options: { bearer?: string; body?: unknown; headers?: Record<string, string> } = {},
  // biome-ignore lint/suspicious/noExplicitAny: answers are read by the test that knows their shape
): Promise<{ status: number; headers: Headers; body: any }> {
  const response = await exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    headers: {
      ...(options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` }),
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  checkAnswer(method, path, response, text);
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

let operator: Promise<string> | undefined;

/** The first operator's token; the first call of a file makes it. */
export function makeOperator(): Promise<string> {
  operator ??= setUp();
  return operator;
}

async function setUp(): Promise<string> {
  const made = await call("POST", "/v1/setup", { bearer: TEST_SECRETS.SETUP_SECRET, body: { name: "Operator" } });
  if (made.status !== 201) throw new Error(`setup answered ${made.status}`);
  return made.body.token as string;
}

/** `<apiKey>:<hex HMAC>:<ms>`, as the connector signs. */
export async function instanceBearer(apiKey: string, apiSecret: string, at = Date.now()): Promise<string> {
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(apiSecret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${apiKey}:${at}`));
  const hex = [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${apiKey}:${hex}:${at}`;
}
