/** Foreign text for a terminal: no line breaks, no control or invisible characters, and an end. */
export function oneLine(text: string, maxChars = 200): string {
  const plain = text.replaceAll(/\p{C}+/gu, " ").trim();
  return plain.length > maxChars ? `${plain.slice(0, maxChars)}…` : plain;
}
