import { DAY } from "../time.ts";

/** Ten codes on paper, for whoever lost every passkey: 80 random bits each, so a plain SHA-256 is a sufficient hash. */
export const RECOVERY_CODES = 10;
/** After a recovery the account publishes nothing for so long, and every owner of its organizations is told. */
export const RECOVERY_HOLD_SECONDS = 3 * DAY;

/** Crockford's: nothing that looks like something else. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;

/** `XXXX-XXXX-XXXX-XXXX`. */
export function makeRecoveryCode(draw: (bytes: number) => Uint8Array): string {
  const letters = [...draw(LENGTH)].map((byte) => ALPHABET[byte & 31]).join("");
  return (letters.match(/.{4}/g) as string[]).join("-");
}

/** As it is hashed: what a person may have typed differently is forgiven. Null for what cannot be a code. */
export function readRecoveryCode(text: string): string | null {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return letters.length === LENGTH && [...letters].every((letter) => ALPHABET.includes(letter)) ? letters : null;
}
