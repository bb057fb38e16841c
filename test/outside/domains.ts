import { Response } from "miniflare";

/** What the world's domains show: set by a test with `PUT http://127.0.0.1:9999/zone?name=…&txt=…|file=…`, asked by the marketplace. */
const records = new Map<string, string>();
const files = new Map<string, string>();

export const DNS_ORIGIN = "https://cloudflare-dns.com";

/** Writes a zone; an empty value takes it out. */
export function writeZone(url: URL): Response {
  const name = url.searchParams.get("name") ?? "";
  for (const [kind, kept] of [
    ["txt", records],
    ["file", files],
  ] as const) {
    const value = url.searchParams.get(kind);
    if (value === null) continue;
    if (value === "") kept.delete(name);
    else kept.set(name, value);
  }
  return new Response(null, { status: 204 });
}

/** DNS over HTTPS in its JSON form; a long record comes in two strings. */
export function answerDns(url: URL): Response {
  const text = records.get(url.searchParams.get("name") ?? "");
  const data = text === undefined ? "" : `"${text.slice(0, 12)}" "${text.slice(12)}"`;
  return Response.json({
    Status: 0,
    ...(text === undefined
      ? {}
      : {
          Answer: [
            { type: 16, data: `"other"` },
            { type: 16, data },
          ],
        }),
  });
}

/** The well-known file of a domain that has one; null: not asked for it. */
export function answerWellKnown(url: URL): Response | null {
  if (url.protocol !== "https:" || url.pathname !== "/.well-known/rbsm.json") return null;
  const text = files.get(url.hostname);
  return text === undefined ? null : new Response(text);
}
