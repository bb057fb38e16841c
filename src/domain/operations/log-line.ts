import type { Json } from "../json/json.ts";
import { redactPath } from "../license/redact-path.ts";

export type LogLevel = "info" | "warn" | "error";

/** One line of the log: a JSON object without line breaks. `at` is left to the platform, which stamps every line. */
export function renderLogLine(
  level: LogLevel,
  event: string,
  facts: { readonly [name: string]: Json | undefined },
): string {
  return JSON.stringify({ level, event, ...facts });
}

/** A request that was answered. Neither query nor body nor address of the caller: logs are kept longer than any of it. */
export function requestLine(request: {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly caller: string;
}): string {
  const { path, status, ...rest } = request;
  return renderLogLine(status >= 500 ? "error" : "info", "request", {
    ...rest,
    path: withoutTokens(redactPath(path)),
    status,
  });
}

/** Download tokens and tickets are long segments of an address; digests, which are as long, are names. */
function withoutTokens(path: string): string {
  return path.replaceAll(/[A-Za-z0-9_-]{32,}/g, (part) => (/^[0-9a-f]{64}$/.test(part) ? part : "***"));
}

/** A failure of ours; the message may hold what a caller sent, so it is cut short. */
export function failureLine(
  event: string,
  error: unknown,
  facts: { readonly [name: string]: Json | undefined },
): string {
  const { stack } = error instanceof Error ? error : { stack: undefined };
  return renderLogLine("error", event, { ...facts, error: String(error).slice(0, 500), stack: stack?.slice(0, 4000) });
}
