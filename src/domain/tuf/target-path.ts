/** The index of a plugin: all its releases and their states. */
export function indexPath(name: string): string {
  return `index/${name}.json`;
}

/** A release's bytes: the plain bundle, or the sealed one where only that is handed out. */
export function releasePath(name: string, version: string, form: "plain" | "sealed"): string {
  return form === "plain" ? `bundle/${name}/${version}.rbsm` : `sealed/${name}/${version}.rbsx`;
}

/** Where a client with consistent snapshots looks: `<dir>/<sha256>.<file>` (TUF 1.0 §6.2). */
export function consistentPath(path: string, sha256: string): string {
  const cut = path.lastIndexOf("/") + 1;
  return `${path.slice(0, cut)}${sha256}.${path.slice(cut)}`;
}

/** The digest and the plain path of a consistent one; null when it is none. */
export function readConsistentPath(path: string): { readonly path: string; readonly sha256: string } | null {
  const match = /^((?:[a-z0-9-]+\/)*)([0-9a-f]{64})\.([A-Za-z0-9.+-]+)$/.exec(path);
  return match === null ? null : { path: `${match[1]}${match[3]}`, sha256: match[2] as string };
}
