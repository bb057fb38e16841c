import { fileRule } from "../bundle/files.ts";

const PLAIN = "text/plain; charset=utf-8";
/** What a browser may draw; everything else is text to be read, whatever it would be elsewhere. */
const DRAWN: ReadonlySet<string> = new Set(["png", "jpeg", "webp", "woff2"]);

/**
 * What a file of a published bundle is served as when people look into it: pictures and fonts as such, all code, markup and
 * SVG as plain text, so that no address of ours ever runs or renders what a bundle brought. Null: cannot be in a bundle.
 */
export function viewType(path: string): string | null {
  const rule = fileRule(path);
  if (rule === null) return null;
  return DRAWN.has(rule.look) ? rule.mediaType : PLAIN;
}
