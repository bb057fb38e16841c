const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  colon: ":",
  Tab: "\t",
};
const ACTIVE_ELEMENT = /<\s*(?:[\w.-]+:)?(script|foreignObject|iframe|object|embed|handler|listener)\b/i;
const EVENT_ATTRIBUTE = /[\s"'/]on[a-z]+\s*=/i;
const ANIMATED_ATTRIBUTE = /attributeName\s*=\s*["']?\s*(?:on|(?:xlink:)?href)/i;
const REFERENCE = /(?:^|[\s"'/])(?:[\w.-]+:)?(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))/gi;
const URL_FUNCTION = /url\(\s*["']?([^)"']*)/gi;
const INNER = /^\s*(?:#|data:image\/(?:png|jpeg|webp)[;,])/i;

/**
 * Why a drawing is refused, or null. It is refused for what any reader might run or fetch, wherever it stands: a comment
 * cannot hide it. Character references are resolved first, since browsers resolve them in attributes.
 */
export function svgFault(source: string): string | null {
  const text = resolveReferences(source);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return "a document type or entity";
  if (/<\?xml-stylesheet/i.test(text)) return "a style sheet from elsewhere";
  const element = ACTIVE_ELEMENT.exec(text)?.[1];
  if (element !== undefined) return `<${element}>`;
  if (EVENT_ATTRIBUTE.test(text)) return "an on… attribute";
  if (ANIMATED_ATTRIBUTE.test(text)) return "an animated link or handler";
  if (/(?:java|vb)script\s*:/i.test(withoutSpace(text))) return "a script address";
  if (/@import/i.test(text)) return "an imported style sheet";
  for (const match of text.matchAll(REFERENCE)) {
    const target = match[1] ?? match[2] ?? match[3] ?? "";
    if (target !== "" && !INNER.test(target)) return `a reference to ${target.slice(0, 60)}`;
  }
  for (const match of text.matchAll(URL_FUNCTION)) {
    if (!INNER.test(match[1] ?? "")) return `a reference to ${(match[1] ?? "").slice(0, 60)}`;
  }
  return /<svg[\s>]/i.test(text) ? null : "no <svg> element";
}

function resolveReferences(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([A-Za-z]{2,8}));?/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] as string) : whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : "";
  });
}

function withoutSpace(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, "");
}
