import { createHmac } from "node:crypto";
import { checkAnswer } from "../api/check-answer.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly body: any;
}

/** The HTTP client that Rising-BSM ships: HMAC bearer, raw JSON, content type also without a body, no retry. */
export class Connector {
  readonly #base: string;
  readonly #apiKey: string;
  readonly #apiSecret: string;

  constructor(base: string, credentials: { readonly apiKey: string; readonly apiSecret: string }) {
    this.#base = base;
    this.#apiKey = credentials.apiKey;
    this.#apiSecret = credentials.apiSecret;
  }

  header(timestamp = Date.now()): string {
    const signature = createHmac("sha256", this.#apiSecret).update(`${this.#apiKey}:${timestamp}`).digest("hex");
    return `Bearer ${this.#apiKey}:${signature}:${timestamp}`;
  }

  call(method: string, target: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return send(`${this.#base}${target}`, {
      method,
      headers: {
        authorization: this.header(),
        "content-type": "application/json",
        "x-client-version": "1.0.0",
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Publish sends only Authorization; the runtime adds the multipart type. */
  publish(plugin: unknown, bundle: Uint8Array<ArrayBuffer>): Promise<Answer> {
    const form = new FormData();
    form.set("plugin", JSON.stringify(plugin));
    form.set("bundle", new File([bundle], "plugin.bundle"));
    return send(`${this.#base}/plugins`, { method: "POST", headers: { authorization: this.header() }, body: form });
  }
}

/** One call; every answer of the API is held against its declaration. */
export async function send(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  const { pathname, search } = new URL(url);
  const text = isJson ? new TextDecoder().decode(bytes) : "";
  if (pathname.startsWith("/v1/")) checkAnswer(init?.method ?? "GET", `${pathname}${search}`, response, text);
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : bytes,
  };
}

export function bearer(
  token: string,
): (base: string) => (method: string, target: string, body?: unknown) => Promise<Answer> {
  return (base) => (method, target, body) =>
    send(`${base}${target}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}
