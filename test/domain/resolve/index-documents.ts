import type { Capabilities } from "../../../src/domain/manifest/capabilities.ts";
import { channelOf } from "../../../src/domain/release/version.ts";
import type { IndexDocument, IndexedRelease } from "../../../src/domain/resolve/index-document.ts";

export const NO_CAPABILITIES: Capabilities = {
  dependencies: {},
  egress: [],
  events: [],
  optionalPermissions: [],
  permissions: [],
  publicRoutes: [],
  readableSecrets: [],
  schedules: [],
  secretHosts: [],
  ui: [],
};

/** `{ invoices: { "2.0.0": { "pdf-writer": "^3.0.0" } } }`: plugin → version → what it needs. */
export interface Shelf {
  readonly [name: string]: { readonly [version: string]: { readonly [name: string]: string } };
}

type Extra = Partial<Omit<IndexedRelease, "version" | "dependencies">>;

/** Index documents of a shelf; `extra` by `name@version`. */
export function documentsOf(
  shelf: Shelf,
  extra: { readonly [release: string]: Extra } = {},
): Map<string, IndexDocument> {
  return new Map(
    Object.entries(shelf).map(([name, versions]) => [
      name,
      {
        name,
        state: "active",
        releases: Object.entries(versions).map(([version, dependencies]) => ({
          version,
          state: "published" as const,
          channel: channelOf(version) ?? "stable",
          sha256: digestOf(name, version),
          dependencies,
          minAppVersion: "0.1.0",
          maxAppVersion: null,
          notice: null,
          replacement: null,
          capabilities: { ...NO_CAPABILITIES, dependencies },
          ...extra[`${name}@${version}`],
        })),
      },
    ]),
  );
}

export function digestOf(name: string, version: string): string {
  let hash = 0;
  for (const letter of `${name}@${version}`) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return hash.toString(16).padStart(64, "0");
}
