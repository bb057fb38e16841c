import type { Bytes } from "../../domain/bytes.ts";
import { readBundleFile } from "../../domain/catalogue/bundle-file.ts";
import { viewType } from "../../domain/delivery/file-type.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";

export interface BundleFile {
  readonly bytes: Bytes;
  readonly mediaType: string;
  /** Hex; the entity tag. */
  readonly sha256: string;
  /** Unix seconds. */
  readonly publishedAt: number;
}

/**
 * One file of a published bundle, read by range: of a public one every file, of a gated or sealed one its icon and
 * screenshots alone – its code is what the license pays for. Nothing of a bundle that is not published.
 */
export async function showBundleFile(
  world: Pick<World, "deliveries" | "bundles">,
  sha256: string,
  path: string,
): Promise<Result<BundleFile, Problem<"NOT_FOUND" | "blob_unavailable">>> {
  const mediaType = viewType(path);
  const contents = mediaType === null ? null : await world.deliveries.publishedContents(sha256);
  if (mediaType === null || contents === null) return refuse({ reason: "NOT_FOUND" });
  const { publishedAt } = contents;
  const manifest: Listed = JSON.parse(contents.manifest);
  const pictures = [manifest.icon, ...(manifest.screenshots ?? []).map((picture) => picture.file)];
  if (!contents.isPublic && !pictures.includes(path)) return refuse({ reason: "NOT_FOUND" });
  const digest = path === MANIFEST_PATH ? await sha256Hex(contents.manifest) : listedDigest(manifest, path);
  if (digest === null) return refuse({ reason: "NOT_FOUND" });

  const size = await world.bundles.size(sha256);
  if (size === null) return refuse({ reason: "blob_unavailable" });
  const read = async (offset: number, length: number) => {
    const bytes = await world.bundles.range(sha256, offset, length);
    if (bytes === null) throw new Error(`bundle ${sha256} vanished while it was read`);
    return bytes;
  };
  const bytes = await readBundleFile({ size, read }, path, digest);
  return bytes === null ? refuse({ reason: "NOT_FOUND" }) : ok({ bytes, mediaType, sha256: digest, publishedAt });
}

const MANIFEST_PATH = "manifest.json";

function listedDigest({ files }: Listed, path: string): string | null {
  return Object.hasOwn(files, path) ? (files[path]?.sha256 ?? null) : null;
}

interface Listed {
  readonly icon?: string;
  readonly screenshots?: readonly { readonly file: string }[];
  readonly files: { readonly [path: string]: { readonly sha256: string } };
}
