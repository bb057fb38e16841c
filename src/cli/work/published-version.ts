import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { canonicalBytes } from "../../domain/json/canonical.ts";
import type { Json } from "../../domain/json/json.ts";
import { type Capabilities, capabilitiesOf, type Manifest, parseManifest } from "../../domain/manifest/manifest.ts";
import { ask } from "./ask.ts";
import type { Marketplace } from "./marketplace.ts";

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
  const plugin = await ask(marketplace, CATALOGUE_OPERATIONS.getPluginByName, { params: { name } });
  if (!plugin.ok) return null;
  const { id, version } = plugin.value.body;
  const shown = await ask(marketplace, CATALOGUE_OPERATIONS.getVersion, { params: { id, v: version } });
  if (!shown.ok) return null;
  const { manifest, size } = shown.value.body;
  const parsed = parseManifest(manifest as Json);
  if (!parsed.ok) return null;
  // Canonical JSON has one spelling, so this is the file as it lies in the bundle.
  const bytes = canonicalBytes(manifest as Json);
  const own = { sha256: await sha256Hex(bytes), size: bytes.length };
  const files = { "manifest.json": own, ...parsed.value.files };
  return { version, size, files, capabilities: capabilitiesOf(parsed.value) };
}
