import * as z from "zod";

export const MAX_KEY_BYTES = 256;
export const MAX_VALUE_BYTES = 65_536;
/** Keys of one getMany or setMany. */
export const MAX_MANY = 50;
/** One file: what the host accepts as an upload, and what one call may carry. */
export const MAX_FILE_BYTES = 4_194_304;
/** Files of one installation, whatever their size. */
export const MAX_FILES = 10_000;
/** A media type without parameters (RFC 9110 §8.3.1). */
export const CONTENT_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/;

/** 1–256 bytes of well-formed text without control characters, taken literally: `../x` is a name like any other. */
export const storageKey = z
  .string()
  .min(1)
  .max(MAX_KEY_BYTES)
  .refine((key) => key.isWellFormed(), "not well-formed text")
  .refine((key) => new TextEncoder().encode(key).length <= MAX_KEY_BYTES, "at most 256 bytes")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .refine((key) => !/[\u0000-\u001f\u007f-\u009f]/.test(key), "no control characters");
