/** A text that people typed, as a pattern that is found anywhere; `\` is the escape. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
