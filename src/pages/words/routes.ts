import type { Hono } from "hono";
import type { World } from "../../market/ports.ts";
import { knownLanguage, writeLanguageCookie } from "./language.ts";

/** `GET /language?to=de&back=/plugins`: keeps the choice and leads back. It changes a taste and nothing else, so a link does. */
// biome-ignore lint/suspicious/noExplicitAny: the route needs nothing of the environment but the world
export function registerLanguage(app: Hono<any>): void {
  app.get("/language", (context) => {
    const { origin } = (context.get("world") as World).site;
    const language = knownLanguage(context.req.query("to"));
    if (language === undefined) return context.notFound();
    const back = ownPath(context.req.query("back"), origin) ?? ownPath(context.req.header("referer"), origin) ?? "/";
    return new Response(null, {
      status: 303,
      headers: { location: back, "cache-control": "no-store", "set-cookie": writeLanguageCookie(language, origin) },
    });
  });
}

/** A path of this site without the language it named; null for anything else, so that nobody is sent elsewhere. */
function ownPath(address: string | undefined, origin: string): string | null {
  if (address === undefined || !URL.canParse(address, origin)) return null;
  const url = new URL(address, origin);
  if (url.origin !== origin || url.pathname.startsWith("//") || url.pathname === "/language") return null;
  url.searchParams.delete("lang");
  return url.pathname + url.search;
}
