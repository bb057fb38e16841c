/** A piece of text that every copy of a common license has. */
const TELLING: Readonly<Record<string, RegExp>> = {
  MIT: /\bMIT\b|permission is hereby granted, free of charge/i,
  "Apache-2.0": /apache license/i,
  "BSD-2-Clause": /redistribution and use|\bBSD\b/i,
  "BSD-3-Clause": /redistribution and use|\bBSD\b/i,
  ISC: /\bISC\b|permission to use, copy, modify/i,
  "MPL-2.0": /mozilla public license/i,
  "GPL-2.0": /gnu general public license/i,
  "GPL-3.0": /gnu general public license/i,
  "LGPL-3.0": /gnu lesser general public license/i,
  "AGPL-3.0": /gnu affero general public license/i,
  "EUPL-1.2": /european union public licen[cs]e/i,
  Unlicense: /unlicense|public domain/i,
  "CC0-1.0": /cc0|creative commons/i,
};

/** Identifiers of a manifest's SPDX expression whose text LICENSE does not seem to hold; those we know no text of are not judged. */
export function missingLicenseTexts(expression: string, text: string): readonly string[] {
  const ids = expression.match(/[A-Za-z0-9][A-Za-z0-9.+-]*/g) ?? [];
  const known = ids.map((id) => id.replace(/-(?:only|or-later)$|\+$/, "")).filter((id) => Object.hasOwn(TELLING, id));
  // Of a choice one text is enough.
  const isChoice = / OR /.test(expression);
  const missing = [...new Set(known)].filter((id) => !(TELLING[id] as RegExp).test(text));
  return isChoice && missing.length < known.length ? [] : missing;
}
