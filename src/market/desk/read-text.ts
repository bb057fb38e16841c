import { readBundleFile } from "../../domain/catalogue/bundle-file.ts";
import type { World } from "../ports.ts";

/** One file of a stored bundle as text: `gone` where the bytes are, `binary` where they are none. */
export type StoredText = { readonly kind: "text"; readonly text: string } | { readonly kind: "gone" | "binary" };

/** `digest` is the manifest's. */
export async function readText(
  world: Pick<World, "bundles">,
  sha256: string,
  path: string,
  digest: string,
): Promise<StoredText> {
  const size = await world.bundles.size(sha256);
  if (size === null) return { kind: "gone" };
  const read = async (offset: number, length: number) => {
    const bytes = await world.bundles.range(sha256, offset, length);
    if (bytes === null) throw new Error(`bundle ${sha256} vanished while it was read`);
    return bytes;
  };
  const bytes = await readBundleFile({ size, read }, path, digest);
  if (bytes === null) return { kind: "gone" };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? { kind: "binary" } : { kind: "text", text };
  } catch {
    return { kind: "binary" };
  }
}
