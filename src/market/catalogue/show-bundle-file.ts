import type { Bytes } from "../../domain/bytes.ts";
import { readBundleFile } from "../../domain/catalogue/bundle-file.ts";
import { pictureType } from "../../domain/catalogue/media-type.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";

export interface BundleFile {
  readonly bytes: Bytes;
  readonly mediaType: string;
  /** Hex; the entity tag. */
  readonly sha256: string;
}

/** Icon or screenshot of a published bundle, read by range; no other file and no other bundle is shown. */
export async function showBundleFile(
  world: Pick<World, "deliveries" | "bundles">,
  sha256: string,
  path: string,
): Promise<Result<BundleFile, Problem<"NOT_FOUND" | "blob_unavailable">>> {
  const mediaType = pictureType(path);
  const text = mediaType === null ? null : await world.deliveries.publishedManifest(sha256);
  if (mediaType === null || text === null) return refuse({ reason: "NOT_FOUND" });
  const manifest: ListedPictures = JSON.parse(text);
  const pictures = [manifest.icon, ...(manifest.screenshots ?? []).map((picture) => picture.file)];
  const listed = manifest.files[path];
  if (!pictures.includes(path) || listed === undefined) return refuse({ reason: "NOT_FOUND" });

  const size = await world.bundles.size(sha256);
  if (size === null) return refuse({ reason: "blob_unavailable" });
  const read = async (offset: number, length: number) => {
    const bytes = await world.bundles.range(sha256, offset, length);
    if (bytes === null) throw new Error(`bundle ${sha256} vanished while it was read`);
    return bytes;
  };
  const bytes = await readBundleFile({ size, read }, path, listed.sha256);
  return bytes === null ? refuse({ reason: "NOT_FOUND" }) : ok({ bytes, mediaType, sha256: listed.sha256 });
}

interface ListedPictures {
  readonly icon?: string;
  readonly screenshots?: readonly { readonly file: string }[];
  readonly files: { readonly [path: string]: { readonly sha256: string } };
}
