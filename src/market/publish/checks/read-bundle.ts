import { fileRule } from "../../../domain/bundle/files.ts";
import { type OpenedBundle, openBundle } from "../../../domain/bundle/open.ts";
import type { TextFile } from "../../../domain/release/findings/finding.ts";
import { SERVER_MODULE } from "../../../domain/release/server-module.ts";
import type { Result } from "../../../domain/result.ts";
import type { World } from "../../ports.ts";
import type { findingOf } from "../findings.ts";

export type Opened = Result<OpenedBundle, readonly Parameters<typeof findingOf>[1][]>;

/** The stored bytes as the strict reader sees them, from R2 and never from the upload; null when they cannot be read. */
export async function readStored(world: Pick<World, "bundles">, sha256: string): Promise<Opened | null> {
  try {
    const bytes = await world.bundles.get("bundle", sha256);
    return bytes === null ? null : await openBundle(bytes, { expectedSha256: sha256 });
  } catch {
    return null;
  }
}

/** Everything in a bundle that is text. */
export function textsOf(bundle: OpenedBundle): readonly TextFile[] {
  return bundle.entries.flatMap(({ path }) => {
    const look = fileRule(path)?.look;
    const isText = path === "manifest.json" || look === "text" || look === "code" || look === "svg";
    const text = isText ? textAt(bundle, path) : null;
    return text === null ? [] : [text];
  });
}

export function serverOf(bundle: OpenedBundle): TextFile | null {
  return textAt(bundle, SERVER_MODULE);
}

function textAt(bundle: OpenedBundle, path: string): TextFile | null {
  const bytes = bundle.file(path);
  return bytes === null ? null : { path, text: new TextDecoder().decode(bytes) };
}
