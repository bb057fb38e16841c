import * as z from "zod";
import type { Operation } from "../../contract/operation.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import { type CliProblem, type Kind, kindOf, type Outcome } from "../problem.ts";
import type { Marketplace } from "./marketplace.ts";
import { type Part, upload } from "./upload.ts";

export interface Call {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: Json;
  readonly parts?: readonly Part[];
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined;
  /** Milliseconds; a long poll needs more than an ordinary call. */
  readonly timeoutMs?: number;
  /** Public reads are asked without the token unless this says so. */
  readonly isIdentified?: true;
}
export interface Reply<O extends Operation> {
  readonly status: number;
  readonly body: BodyOf<O>;
}
type BodyOf<O extends Operation> = O["answers"][keyof O["answers"]] extends infer A
  ? A extends z.ZodType
    ? z.output<A>
    : never
  : never;

const TIMEOUT_MS = 30_000;
/** How the marketplace lists what is wrong with a bundle. */
const PROBLEMS = z.array(
  z.object({
    code: z.string(),
    detail: z.string(),
    path: z.string().exactOptional(),
    line: z.int().exactOptional(),
    column: z.int().exactOptional(),
    pointer: z.string().exactOptional(),
  }),
);

/**
 * One call of the API as its contract describes it. Answers the body of a success, held to its schema; refusals of the
 * server and of the network become problems. Follows no redirect: a token goes to the marketplace it was given for.
 */
export async function ask<const O extends Operation>(
  marketplace: Marketplace,
  operation: O,
  call: Call = {},
): Promise<Outcome<Reply<O>>> {
  const url = addressOf(marketplace.origin, operation, call);
  const headers: Record<string, string> = { accept: "application/json" };
  const isIdentified = call.isIdentified || operation.caller.kind !== "none";
  if (isIdentified && marketplace.token) headers.authorization = `Bearer ${marketplace.token}`;
  const answer = await send(url, operation.method, headers, call).catch((error: unknown) =>
    tellNetwork(marketplace.origin, error),
  );
  if (!("status" in answer)) return { ok: false, problem: answer };
  const body = parseObject(answer.text);
  if (answer.status < 200 || answer.status >= 300)
    return { ok: false, problem: tellRefusal(marketplace.origin, answer.status, body) };
  const schema = operation.answers[answer.status];
  const parsed = typeof schema === "object" ? schema.safeParse(body) : null;
  if (parsed?.success) return ok({ status: answer.status, body: parsed.data as BodyOf<O> });
  return { ok: false, problem: tellUnreadable(marketplace.origin, operation) };
}

export function addressOf(origin: string, operation: Operation, { params = {}, query = {} }: Call): URL {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const url = new URL(path, origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

async function send(
  url: URL,
  method: Operation["method"],
  headers: Readonly<Record<string, string>>,
  call: Call,
): Promise<{ readonly status: number; readonly text: string }> {
  if (call.parts) return upload(url, headers, call.parts, call.onProgress);
  const response = await fetch(url, {
    method,
    headers: call.json === undefined ? headers : { ...headers, "content-type": "application/json" },
    ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
    redirect: "manual",
    signal: AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS),
  });
  return { status: response.status, text: await response.text() };
}

function tellUnreadable(origin: string, operation: Operation): CliProblem {
  return {
    code: "answer_invalid",
    kind: "server",
    message: `${origin} did not answer ${operation.id} as this rbsm understands it.`,
    next: "Update rbsm, or check the address of the marketplace.",
  };
}

export function tellNetwork(origin: string, error: unknown): CliProblem {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, name, message } = cause as NodeJS.ErrnoException;
  const why = name === "TimeoutError" ? "no answer in time" : (code ?? message);
  return {
    code: "network_failed",
    kind: "network",
    message: `${origin} could not be reached (${why}).`,
    next: "Check the address and the connection, then run the command again.",
  };
}

/** A refusal in RFC 9457 form keeps its code; anything else is named for its status. */
export function tellRefusal(origin: string, status: number, body: JsonObject | null): CliProblem {
  const code = typeof body?.code === "string" ? body.code : `http_${status}`;
  const kind = kindOf(code, kindOfStatus(status));
  const message = [body?.detail, body?.message, body?.title].find((text) => typeof text === "string");
  const { retryAfter } = body ?? {};
  const problems = PROBLEMS.safeParse(body?.problems);
  const facts = Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => !PROBLEM_MEMBERS.has(name)));
  return {
    code,
    kind,
    message: `${origin} refused: ${message ?? `it answered ${status} without saying why`}`,
    next:
      kind === "rate_limited" && typeof retryAfter === "number"
        ? `Wait ${retryAfter} seconds and try again.`
        : (NEXT_STEP[kind] ?? "Correct what it names and run the command again."),
    ...(problems.success ? { problems: problems.data } : {}),
    facts: { ...facts, status },
  };
}

const PROBLEM_MEMBERS = new Set(
  "type title status detail instance message success code error problems traceId kind next ok".split(" "),
);

const NEXT_STEP: { readonly [K in Kind]?: string } = {
  auth: "Log in again: rbsm login --marketplace URL --token-stdin.",
  forbidden: "Use a token that has the scope this needs.",
  not_found: "Check the name, the version and the marketplace.",
  conflict: "Look at what is there now; a version number is used only once.",
  rate_limited: "Wait a few minutes and try again.",
  server: "Try again; if it stays, tell the marketplace.",
};

function kindOfStatus(status: number): Kind {
  if (status === 401) return "auth";
  if (status === 403) return "forbidden";
  if (status === 404 || status === 410) return "not_found";
  if (status === 409) return "conflict";
  if (status === 413) return "bundle";
  if (status === 422) return "manifest";
  if (status === 429) return "rate_limited";
  return "server";
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
