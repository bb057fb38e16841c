import { type Place, placeOfIndex } from "../json/utf8.ts";
export function moduleFault(source: string): { readonly detail: string; readonly place: Place } | null {
  return /\bexport\s+default\b|\bas\s+default\b/.test(source)
    ? null
    : { detail: "no default export", place: placeOfIndex(source, 0) };
}
