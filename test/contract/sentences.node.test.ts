import { describe, expect, it } from "vitest";
import { SENTENCES } from "../../src/contract/sentences.ts";

/** Texts that instances already compare with: they stay as the host spells them. */
const HOST_TEXTS = new Set([
  "NOT_FOUND",
  "PAYMENT_REQUIRED",
  "plugin_not_found",
  "release_not_found",
  "download_not_found",
  "installation_not_found",
]);

const inWords = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();

describe("the sentence of a refusal", () => {
  it.each(Object.entries(SENTENCES))("%s says more than its code, in at most 120 characters", (code, sentence) => {
    if (!HOST_TEXTS.has(code)) expect(inWords(sentence)).not.toBe(inWords(code));
    expect(sentence.length).toBeLessThanOrEqual(120);
    expect(sentence.trim()).toBe(sentence);
    expect(sentence.split(/\s+/).length).toBeGreaterThanOrEqual(2);
  });
});
