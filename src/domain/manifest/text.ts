import * as z from "zod";

/** Order of UTF-16 units, the same in every locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether the texts ascend and none occurs twice. */
export function isAscending(texts: readonly string[]): boolean {
  return texts.every((text, index) => index === 0 || (texts[index - 1] as string) < text);
}

export function isUnique(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

/** One line of `min`–`max` Unicode scalar values without white space at either end. */
export function line(min: number, max: number) {
  return z
    .string()
    .refine((text) => {
      const length = [...text].length;
      return length >= min && length <= max;
    }, `must have ${min} to ${max} characters`)
    .refine((text) => text === text.trim() && !/[\t\n\r]/.test(text), "must be one line without space at its ends")
    .meta({ minLength: min, maxLength: max });
}

export function pattern(expression: RegExp, maxLength: number) {
  return z.string().max(maxLength).regex(expression);
}

export const HTTPS_URL = z
  .string()
  .max(300)
  .refine(isHttpsUrl, "must be an https URL without credentials")
  .meta({ format: "uri" });

export const EMAIL = z.string().max(254).refine(isEmail, "must be an e-mail address").meta({ format: "email" });

export function isHttpsUrl(text: string): boolean {
  if (!/^https:\/\/[!-~]+$/.test(text)) return false;
  try {
    const url = new URL(text);
    return url.protocol === "https:" && url.username === "" && url.password === "" && url.hostname.includes(".");
  } catch {
    return false;
  }
}

export function isEmail(text: string): boolean {
  return /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(text);
}
