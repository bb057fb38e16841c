import * as z from "zod";
import { textFaults } from "../domain/bundle/text.ts";

/**
 * A text that others will read beside the names of third parties: none of the invisible or direction-changing characters
 * by which it could pass for another (README of `domain/bundle`, Unicode in text). Emoji and every script stay possible.
 */
export function visibleText(): z.ZodString {
  return z
    .string()
    .refine((text) => textFaults(text, "text").length === 0, "invisible or direction-changing characters");
}
