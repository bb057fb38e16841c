import type { Json } from "../../domain/json/json.ts";
import { type Capabilities, capabilitiesOf, type Manifest, parseManifest } from "../../domain/manifest/manifest.ts";
import { ask, type Marketplace } from "./marketplace.ts";

/** What the newest published version held, to show a change against. */
export interface PublishedVersion {
  readonly version: string;
  readonly size: number;
  readonly files: Manifest["files"];
  readonly capabilities: Capabilities;
}

/**
 * The newest published version as the marketplace shows it to anybody; null when there is none, or its answer cannot be
 * read. It only helps a person to see a change: nothing is decided by it.
 */
export async function fetchPublished(marketplace: Marketplace, name: string): Promise<PublishedVersion | null> {
  const plugin = await ask(marketplace, { path: `/v1/plugins/by-name/${encodeURIComponent(name)}` });
  if (!plugin.ok) return null;
  const { id, version } = unwrap(plugin.value.body);
  if (typeof id !== "string" || typeof version !== "string") return null;
  const path = `/v1/plugins/${encodeURIComponent(id)}/versions/${encodeURIComponent(version)}`;
  const shown = await ask(marketplace, { path });
  if (!shown.ok) return null;
  const { manifest, size } = unwrap(shown.value.body);
  const parsed = parseManifest(manifest ?? null);
  if (!parsed.ok || typeof size !== "number") return null;
  return { version, size, files: parsed.value.files, capabilities: capabilitiesOf(parsed.value) };
}

/** Some answers wrap their matter in `data`, as the host's envelopes do. */
function unwrap(body: { readonly [name: string]: Json }): { readonly [name: string]: Json } {
  const { data } = body;
  return typeof data === "object" && data !== null && !Array.isArray(data)
    ? (data as { readonly [name: string]: Json })
    : body;
}
