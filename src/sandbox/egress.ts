import type { EgressRule } from "../domain/execution/job.ts";

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

/** Why a request may not leave, or null: exact host or one level of `*.`, declared method, https on 443, no credentials. */
export function egressRefusal(url: URL, method: string, rules: readonly EgressRule[]): string | null {
  if (url.protocol !== "https:") return "only https is allowed";
  if (url.port !== "") return "only port 443 is allowed";
  if (url.username !== "" || url.password !== "") return "no credentials in addresses";
  const rule = rules.find(({ host }) => matches(host, url.hostname));
  if (rule === undefined) return `${url.hostname} is not declared`;
  return rule.methods.includes(method) ? null : `${method} to ${url.hostname} is not declared`;
}

/** The request that leaves: same bytes, our headers, redirects handed back instead of followed. */
export function egressRequest(request: Request, url: URL): Request {
  const headers = new Headers();
  for (const [name, value] of request.headers)
    if (!STRIPPED_FROM_REQUEST.includes(name) && !STRIPPED_PREFIXES.some((prefix) => name.startsWith(prefix)))
      headers.set(name, value);
  return new Request(url, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
  });
}

export function egressResponse(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const name of STRIPPED_FROM_RESPONSE) headers.delete(name);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** The prelude turns this into an error of `fetch`. */
export function egressDenied(why: string): Response {
  return new Response(`network_denied: ${why}`, { status: 403, headers: { "x-rbsm-egress": "denied" } });
}

function matches(pattern: string, hostname: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === hostname;
  const suffix = pattern.slice(1);
  return (
    hostname.endsWith(suffix) && !hostname.slice(0, -suffix.length).includes(".") && hostname.length > suffix.length
  );
}
