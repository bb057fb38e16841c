import { checkAddress } from "../domain/account/addresses.ts";
import type { EgressRule } from "../domain/execution/job.ts";

/** One exchange, from the first byte that leaves to the last that comes in. */
export const EGRESS_TIMEOUT_MS = 15_000;
const MAX_REQUEST_BYTES = 4_194_304;
export const REQUEST_TOO_LARGE = "the request is larger than 4 MiB";
const MAX_ANSWER_BYTES = 8_388_608;

/** Headers by which a plugin could speak as somebody else, or frame the request differently. */
const STRIPPED_FROM_REQUEST = [
  "cookie",
  "host",
  "connection",
  "transfer-encoding",
  "content-length",
  "forwarded",
  "via",
  "proxy-authorization",
  "upgrade",
];
const STRIPPED_PREFIXES = ["cf-", "x-forwarded-", "x-real-", "x-plugin-", "rbsm-", "proxy-", "sec-"];
const STRIPPED_FROM_RESPONSE = ["set-cookie", "set-cookie2", "x-rbsm-egress"];

/**
 * Why a request may not leave, or null: exact host or one level of `*.`, declared method, https on 443, no credentials.
 * A host that is declared is still judged by what it spells: addresses that are not public, names of somebody's own
 * network and names that resolve to the address in them never pass (src/domain/account/README.md, Addresses).
 */
export function egressRefusal(url: URL, method: string, rules: readonly EgressRule[]): string | null {
  if (url.protocol !== "https:") return "only https is allowed";
  if (url.port !== "") return "only port 443 is allowed";
  if (url.username !== "" || url.password !== "") return "no credentials in addresses";
  const rule = ruleFor(url, rules);
  if (rule === undefined) return `${url.hostname} is not declared`;
  if (!checkAddress(`https://${url.host}/`, []).ok) return `${url.hostname} is no public host`;
  return rule.methods.includes(method) ? null : `${method} to ${url.hostname} is not declared`;
}

/**
 * The request that leaves, or null when its body is too large: same bytes, our headers, the secrets that the admin set for
 * this host, redirects handed back. The isolate's own `fetch` follows them, and each hop comes through here again.
 */
export function egressRequest(request: Request, url: URL, rules: readonly EgressRule[]): Leaving | null {
  const length = request.headers.get("content-length");
  if (length !== null && Number(length) > MAX_REQUEST_BYTES) return null;
  const headers = new Headers();
  for (const [name, value] of request.headers)
    if (!STRIPPED_FROM_REQUEST.includes(name) && !STRIPPED_PREFIXES.some((prefix) => name.startsWith(prefix)))
      headers.set(name, value);
  for (const { header, value } of ruleFor(url, rules)?.inject ?? []) headers.set(header, value);
  let isCut = false;
  const cut = () => {
    isCut = true;
  };
  const body = length === null ? bounded(request.body, MAX_REQUEST_BYTES, "request", { onCut: cut }) : request.body;
  const leaving = new Request(url, { method: request.method, headers, body, redirect: "manual" });
  return { request: leaving, isCut: () => isCut };
}

export interface Leaving {
  readonly request: Request;
  /** Its body turned out too large on the way: whatever was answered, was answered to half of it. */
  isCut(): boolean;
}

/** Sends what may leave; an exchange that fails or lasts too long is a refusal, an answer that lasts too long breaks off. */
export async function exchange(
  leaving: Leaving,
  hostname: string,
  send: (request: Request, options: { signal: AbortSignal }) => Promise<Response>,
  timeoutMs: number = EGRESS_TIMEOUT_MS,
): Promise<Response> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await send(leaving.request, { signal });
    return leaving.isCut() ? egressDenied(REQUEST_TOO_LARGE) : egressResponse(answer, signal);
  } catch {
    if (leaving.isCut()) return egressDenied(REQUEST_TOO_LARGE);
    return egressDenied(
      signal.aborted ? `${hostname} took longer than ${timeoutMs / 1000} s` : `${hostname} does not answer`,
    );
  }
}

function egressResponse(response: Response, signal: AbortSignal): Response {
  const headers = new Headers(response.headers);
  for (const name of STRIPPED_FROM_RESPONSE) headers.delete(name);
  return new Response(bounded(response.body, MAX_ANSWER_BYTES, "answer", { signal }), {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}

/** The prelude turns this into an error of `fetch`. */
export function egressDenied(why: string): Response {
  return new Response(`network_denied: ${why}`, { status: 403, headers: { "x-rbsm-egress": "denied" } });
}

/** A stream that breaks once more than `max` bytes came through it, or the time is over. */
function bounded(
  stream: ReadableStream | null,
  max: number,
  what: string,
  { onCut, signal }: { readonly onCut?: () => void; readonly signal?: AbortSignal },
): ReadableStream | null {
  if (stream === null) return null;
  let total = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      total += chunk.byteLength;
      if (total <= max) return controller.enqueue(chunk);
      onCut?.();
      controller.error(new Error(`network_denied: the ${what} is larger than ${max / 1_048_576} MiB`));
    },
  });
  return stream.pipeThrough(counting, signal === undefined ? {} : { signal });
}

/** The first rule that covers the host; an exact one stands before a wildcard. */
function ruleFor(url: URL, rules: readonly EgressRule[]): EgressRule | undefined {
  return rules.find(({ host }) => host === url.hostname) ?? rules.find(({ host }) => matches(host, url.hostname));
}

function matches(pattern: string, hostname: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === hostname;
  const suffix = pattern.slice(1);
  return (
    hostname.endsWith(suffix) && !hostname.slice(0, -suffix.length).includes(".") && hostname.length > suffix.length
  );
}
