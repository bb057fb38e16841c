/** `*`, or the tags of a list in order. */
export type TagCondition = "*" | readonly EntityTag[];

export interface EntityTag {
  readonly isWeak: boolean;
  /** With its quotes. */
  readonly opaque: string;
}

/** `[ W/ ] DQUOTE *etagc DQUOTE`; commas are characters of a tag like others, so no list may be split at them. */
const TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/y;

/** If-Match and If-None-Match (RFC 9110 §13.1): null for what is neither `*` nor a list with at least one tag. */
export function parseTagCondition(header: string): TagCondition | null {
  if (header.trim() === "*") return "*";
  const tags: EntityTag[] = [];
  let at = 0;
  for (let mayFollow = true; ; ) {
    const space = /[\t ]*/y;
    space.lastIndex = at;
    at += space.exec(header)?.[0].length ?? 0;
    if (at === header.length) return tags.length > 0 ? tags : null;
    if (header[at] === ",") {
      mayFollow = true;
      at++;
      continue;
    }
    TAG.lastIndex = at;
    const match = mayFollow ? TAG.exec(header) : null;
    if (match === null) return null;
    tags.push({ isWeak: match[1] !== undefined, opaque: match[2] as string });
    at = TAG.lastIndex;
    mayFollow = false;
  }
}

/** A single tag, as If-Range may hold; null otherwise. */
export function parseTag(header: string): EntityTag | null {
  const match = /^(W\/)?("[\x21\x23-\x7e\x80-\xff]*")$/.exec(header.trim());
  return match === null ? null : { isWeak: match[1] !== undefined, opaque: match[2] as string };
}
