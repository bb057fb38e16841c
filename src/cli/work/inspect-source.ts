import { readFile, stat } from "node:fs/promises";
import type { OpenedBundle } from "../../domain/bundle/open.ts";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { buildPlugin } from "./build-plugin.ts";
import { inspectBundle } from "./inspect-bundle.ts";
import type { Marketplace } from "./marketplace.ts";
import { fetchPublished, type PublishedVersion } from "./published-version.ts";

/** A .rbsm file as it is, or what a plugin's folder would become. Nothing is written. */
export async function openSource(source: string): Promise<Outcome<OpenedBundle>> {
  const found = await stat(source).catch(() => null);
  if (found?.isDirectory()) return buildPlugin(source);
  return inspectBundle(new Uint8Array(await readFile(source)));
}

/** What to compare with: another file, or the newest version the marketplace publishes. */
export async function openOther(
  name: string,
  choice: { readonly file?: string | undefined; readonly marketplace?: Marketplace | undefined },
): Promise<Outcome<PublishedVersion>> {
  if (choice.file !== undefined) {
    const other = await openSource(choice.file);
    if (!other.ok) return other;
    const { manifest, manifestBytes, manifestSha256, size, capabilities } = other.value;
    const own = { sha256: manifestSha256, size: manifestBytes.length };
    return ok({ version: manifest.version, size, files: { "manifest.json": own, ...manifest.files }, capabilities });
  }
  const published = choice.marketplace ? await fetchPublished(choice.marketplace, name) : null;
  if (published) return ok(published);
  return {
    ok: false,
    problem: {
      code: "version_not_published",
      kind: "not_found",
      message: `${choice.marketplace?.origin ?? "No marketplace"} shows no published version of ${name}.`,
      next: "Compare with a file: --against FILE.",
    },
  };
}
