/** Stands where a link, an address or a number stood: reviews are about plugins, not a way to reach their readers. */
export const REMOVED = "[…]";

/** Review texts without links and contact data; everything else stays as it was written. */
export function withoutContacts(text: string): string {
  return text
    .replace(EMAIL, REMOVED)
    .replace(LINK, REMOVED)
    .replace(PHONE, (number) => (isPhone(number) ? REMOVED : number));
}

/** An address, also where `@` and dots are written as words: `office (at) firm (dot) at`. */
const EMAIL =
  /[\p{L}\p{N}._%+-]{1,64}\s?(?:@|[([{]\s?(?:at|ät)\s?[)\]}])\s?[\p{L}\p{N}-]{1,63}(?:\s?(?:\.|[([{]\s?(?:dot|punkt)\s?[)\]}])\s?[\p{L}\p{N}-]{2,63}){1,4}/giu;

/** With a scheme, with `www.`, or a bare host name under a common top-level domain. */
const LINK =
  /(?:\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s<>"']{1,2000}|\bwww\.[^\s<>"']{1,2000}|(?<![\p{L}\p{N}.@-])(?:[\p{L}\p{N}-]{1,63}\.){1,4}(?:com|net|org|at|de|ch|eu|io|info|biz|shop|online|app|dev|me|ly|co)(?:\/[^\s<>"']{0,2000})?(?![\p{L}\p{N}-]))/giu;

const PHONE = /(?<![\p{L}\p{N}.])[+(]?[0-9][0-9\s()/.-]{5,24}[0-9](?![\p{L}\p{N}])/gu;
const LEAST_DIGITS = 7;

/** Begins as numbers begin that one can call; dates and versions do not count. */
function isPhone(text: string): boolean {
  const digits = text.replace(/[^0-9]/g, "");
  if (!/^(?:[+(]|0)/.test(text) || digits.length < LEAST_DIGITS) return false;
  return !/^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}(?:\s[0-9]{1,2})?$/.test(text);
}
