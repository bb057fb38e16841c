import { CATEGORIES, type Category } from "../manifest/permissions.ts";
import type { Problem } from "../problem.ts";
import { type Pricing, repriced } from "../release/pricing.ts";
import { ok, type Result, refuse } from "../result.ts";

/** What the owner sent of a listing; every field optional, none trusted. */
export interface ListingEdit {
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  readonly category?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly icon?: string | undefined;
  readonly screenshots?: readonly string[] | undefined;
  readonly pricing?: { readonly [tier: string]: unknown } | undefined;
}

export interface EditedListing {
  readonly displayName?: string;
  readonly description?: string;
  readonly category?: Category;
  readonly tags?: readonly string[];
  readonly icon?: string | null;
  readonly screenshots?: readonly { readonly url: string; readonly alt: string }[];
  readonly pricing?: Pricing;
}

/** C0, C1, bidirectional controls, zero-width and tag characters, line separators: a listing could pass for another with them. */
const HIDDEN = /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
const TAG = /^[a-z0-9][a-z0-9-]{1,29}$/;

/** Text checks and bounds of a listing edit; every bad field is named. Prices only for tiers the release has. */
export function judgeListingEdit(
  edit: ListingEdit,
  pricing: Pricing,
): Result<EditedListing, Problem<"VALIDATION_ERROR">> {
  const errors: { pointer: string; detail: string }[] = [];
  const bad = (field: string, detail: string) => void errors.push({ pointer: `/${field}`, detail });

  if (edit.displayName !== undefined && !isLine(edit.displayName, 3, 100))
    bad("displayName", "must be one plain line of 3–100 characters");
  if (edit.description !== undefined && !isLine(edit.description, 20, 300))
    bad("description", "must be one plain line of 20–300 characters");
  const category = CATEGORIES.find((known) => known === edit.category);
  if (edit.category !== undefined && category === undefined) bad("category", `must be one of ${CATEGORIES.join(", ")}`);
  const tags = edit.tags === undefined ? undefined : [...new Set(edit.tags)].sort();
  if (tags !== undefined && (tags.length > 10 || tags.some((tag) => !TAG.test(tag))))
    bad("tags", "at most 10, lower case letters, digits and hyphens");
  if (edit.icon !== undefined && edit.icon !== "" && !isPicture(edit.icon)) bad("icon", "must be an https address");
  if (edit.screenshots?.some((url) => !isPicture(url)) || (edit.screenshots?.length ?? 0) > 8)
    bad("screenshots", "at most 8 https addresses");
  const prices = edit.pricing === undefined ? undefined : repriced(pricing, edit.pricing);
  if (prices === null) bad("pricing", "only the release's tiers can be priced, in euros, free and trial at 0");
  if (errors.length > 0) return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });

  return ok({
    ...(edit.displayName === undefined ? {} : { displayName: edit.displayName.normalize("NFC") }),
    ...(edit.description === undefined ? {} : { description: edit.description.normalize("NFC") }),
    ...(category === undefined ? {} : { category }),
    ...(tags === undefined ? {} : { tags }),
    ...(edit.icon === undefined ? {} : { icon: edit.icon === "" ? null : edit.icon }),
    ...(edit.screenshots === undefined ? {} : { screenshots: edit.screenshots.map((url) => ({ url, alt: "" })) }),
    ...(prices === undefined || prices === null ? {} : { pricing: prices }),
  });
}

/** Visible text on one line; lengths in Unicode scalar values. */
export function isLine(text: string, min: number, max: number): boolean {
  const length = [...text].length;
  return length >= min && length <= max && text === text.trim() && text.isWellFormed() && !HIDDEN.test(text);
}

/** Absolute https, or a path into a published bundle as our own answers spell it. */
function isPicture(address: string): boolean {
  if (address.length > 300) return false;
  if (/^\/f\/[0-9a-f]{64}\/(?:icons|screenshots)\/[A-Za-z0-9._-]+$/.test(address)) return true;
  try {
    const url = new URL(address);
    return url.protocol === "https:" && url.username === "" && url.password === "";
  } catch {
    return false;
  }
}
