import { xmlText } from "../feeds/xml.ts";

const HEIGHT = 20;
const PADDING = 7;

/** A badge as SVG: a label, a value, and both as its text alternative. It draws no text but what it is given. */
export function badgeSvg(label: string, value: string, color: string): string {
  const left = widthOf(label) + 2 * PADDING;
  const right = widthOf(value) + 2 * PADDING;
  const width = left + right;
  const name = xmlText(`${label}: ${value}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${name}">
<title>${name}</title>
<clipPath id="r"><rect width="${width}" height="${HEIGHT}" rx="4"/></clipPath>
<g clip-path="url(#r)"><rect width="${left}" height="${HEIGHT}" fill="#1d283a"/><rect x="${left}" width="${right}" height="${HEIGHT}" fill="${color}"/></g>
<g fill="#fff" font-family="Inter,Verdana,DejaVu Sans,sans-serif" font-size="11" font-weight="500" text-rendering="geometricPrecision">
<text x="${PADDING}" y="14" textLength="${widthOf(label)}">${xmlText(label)}</text>
<text x="${left + PADDING}" y="14" textLength="${widthOf(value)}">${xmlText(value)}</text>
</g>
</svg>
`;
}

/** About as wide as the text is drawn; `textLength` makes it exactly so in every font. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += /[ijlI.,:;|!' ]/.test(letter) ? 3.6 : /[mwMW★]/.test(letter) ? 9.4 : 6.6;
  return Math.ceil(width);
}
