const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `length` characters of `0-9A-Za-z`, each equally likely: bytes of 248 and above are thrown away, never folded. */
export function randomBase62(length: number, draw: (bytes: number) => Uint8Array): string {
  let text = "";
  while (text.length < length) {
    for (const byte of draw(length)) {
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62];
    }
  }
  return text;
}

/** An unsigned 32-bit number as six digits of the same alphabet. */
export function encodeBase62Digits(value: number): string {
  let text = "";
  for (let rest = value >>> 0, i = 0; i < 6; i++, rest = Math.floor(rest / 62)) text = ALPHABET[rest % 62] + text;
  return text;
}
