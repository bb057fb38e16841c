/**
 * The address of a picture on our own origin, or null. Pictures from elsewhere are not shown: they would tell a stranger
 * who looks at which plugin.
 */
export function ownPicture(url: string | null): string | null {
  if (url === null) return null;
  const path = /^https?:\/\//.test(url) ? pathOf(url) : url;
  return /^\/f\/[0-9a-f]{64}\/[A-Za-z0-9._/-]+$/.test(path) && !path.includes("..") ? path : null;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : "";
}
