const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** What of a request tells where it was sent from; header values, or null. */
export interface RequestSource {
  readonly method: string;
  readonly secFetchSite: string | null;
  readonly origin: string | null;
}

/**
 * Was this request made by a page of ours? Every request that changes something and carries a session must be, JSON as well
 * as forms. What the browser says of the site decides; a browser that says nothing must name our origin. A page of another
 * port of localhost is `same-site` and gets nothing.
 */
export function isOwnRequest({ method, secFetchSite, origin }: RequestSource, publicOrigin: string): boolean {
  if (SAFE.has(method)) return true;
  return secFetchSite === null ? origin === publicOrigin : secFetchSite === "same-origin";
}
