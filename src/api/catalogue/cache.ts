import type { Principal } from "../../domain/account/principal.ts";

/** Public answers may be a minute old; what a credential was shown stays with it. */
export function cacheControl(principal: Principal): string {
  return principal.kind === "anonymous" ? "public, max-age=60" : "private, no-store";
}

/** Answers 304 for a tag the client has; `tag` is without quotes. */
export function notModified(request: Request, tag: string, headers: Readonly<Record<string, string>>): Response | null {
  const sent = request.headers.get("if-none-match");
  const isKnown = sent?.split(",").some((entry) => entry.trim().replace(/^W\//, "") === `"${tag}"`) ?? false;
  return isKnown ? new Response(null, { status: 304, headers: { ...headers, etag: `"${tag}"` } }) : null;
}
