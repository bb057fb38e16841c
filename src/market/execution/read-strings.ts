import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { World } from "../ports.ts";
import { type PluginBundle, readPluginFile } from "./read-plugin-file.ts";

const MAX_KEPT = 100;

type StringsWorld = Pick<World, "bundles" | "licenses">;
export type StringsSource = PluginBundle;
/** Bundles are immutable, so what was read once holds as long as this isolate. */
const kept = new Map<string, JsonObject | null>();

/**
 * The texts of `locales/<tag>.json` for a language: `de-AT`, else `de`, else `en`, each a flat object of texts. Texts of a
 * narrower tag stand before those of a wider one. Empty when the bundle has none of them.
 */
export async function readStrings(world: StringsWorld, release: StringsSource, locale: string): Promise<JsonObject> {
  const strings: Record<string, Json> = {};
  for (const tag of tagsOf(locale)) Object.assign(strings, await stringsOf(world, release, tag));
  return strings;
}

/** From wide to narrow: `de-AT` → `en`, `de`, `de-AT`. */
function tagsOf(locale: string): readonly string[] {
  const [language = "en", ...parts] = locale.split("-");
  const tags = [language.toLowerCase()];
  for (const part of parts) tags.push(`${tags.at(-1)}-${spelled(part)}`);
  return [...new Set(["en", ...tags])];
}

/** Regions upper case, scripts with a capital, variants lower case (RFC 5646 §2.1.1). */
function spelled(part: string): string {
  if (part.length === 2) return part.toUpperCase();
  const lower = part.toLowerCase();
  return /^[a-z]{4}$/.test(lower) ? `${lower.slice(0, 1).toUpperCase()}${lower.slice(1)}` : lower;
}

async function stringsOf(world: StringsWorld, release: StringsSource, tag: string): Promise<JsonObject> {
  const name = `${release.bundleSha256}/${tag}`;
  const known = kept.get(name);
  if (known !== undefined) return known ?? {};
  const strings = await read(world, release, tag);
  if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value as string);
  kept.set(name, strings);
  return strings ?? {};
}

async function read(world: StringsWorld, release: StringsSource, tag: string): Promise<JsonObject | null> {
  const bytes = await readPluginFile(world, release, `locales/${tag}.json`);
  return bytes === null ? null : textsOf(new TextDecoder().decode(bytes));
}

/** A flat object of texts; whatever else an author wrote is nobody's text. */
function textsOf(text: string): JsonObject | null {
  try {
    const parsed = JSON.parse(text) as Json;
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
    return Object.fromEntries(Object.entries(parsed).filter(([, entry]) => typeof entry === "string"));
  } catch {
    return null;
  }
}
