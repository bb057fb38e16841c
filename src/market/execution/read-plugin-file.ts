import { readBundleFile } from "../../domain/catalogue/bundle-file.ts";
import type { World } from "../ports.ts";

/** Which stored bundle a file is read out of. */
export interface PluginBundle {
  readonly pluginId: string;
  readonly version: string;
  /** Hex digest. */
  readonly bundleSha256: string;
}
interface ListedFiles {
  readonly files?: { readonly [path: string]: { readonly sha256: string } };
}

/** One file of a release's bundle, its digest checked; null where the manifest lists none or the bytes are gone. */
export async function readPluginFile(
  world: Pick<World, "bundles" | "licenses">,
  { pluginId, version, bundleSha256 }: PluginBundle,
  path: string,
): Promise<Uint8Array | null> {
  const manifest = (await world.licenses.manifestOf(pluginId, version)) as ListedFiles | null;
  const listed = manifest?.files?.[path];
  const size = listed === undefined ? null : await world.bundles.size(bundleSha256);
  if (listed === undefined || size === null) return null;
  const read = async (offset: number, length: number) => {
    const bytes = await world.bundles.range(bundleSha256, offset, length);
    if (bytes === null) throw new Error(`bundle ${bundleSha256} went away`);
    return bytes;
  };
  return readBundleFile({ size, read }, path, listed.sha256);
}
