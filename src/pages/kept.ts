import type { Rendered } from "./respond.ts";

interface Entry {
  readonly fingerprint: string;
  readonly rendered: Rendered;
  /** Unix milliseconds. */
  freshUntil: number;
}

/**
 * Rendered pages of one isolate. Within `freshFor` milliseconds a page is answered without asking anything; after that its
 * view is loaded again by the first who asks, and drawn again only if it differs. Bounded: the page asked for longest ago leaves first.
 */
export function createKept(bounds: { readonly entries: number; readonly freshFor: number }) {
  const entries = new Map<string, Entry>();

  function put(key: string, entry: Entry): Rendered {
    entries.delete(key);
    entries.set(key, entry);
    const oldest = entries.keys().next().value;
    if (entries.size > bounds.entries && oldest !== undefined) entries.delete(oldest);
    return entry.rendered;
  }

  return {
    /**
     * The page if it is fresh. Who gets null loads the view; until that is done the others still get the old page, so a
     * busy page is loaded once and not by everybody at the same moment.
     */
    fresh(key: string, now: number): Rendered | null {
      const entry = entries.get(key);
      if (entry === undefined) return null;
      if (now < entry.freshUntil) return entry.rendered;
      entry.freshUntil = now + bounds.freshFor;
      return null;
    },
    /** What is gone is not shown again. */
    drop(key: string): void {
      entries.delete(key);
    },
    /** The page for this view: the kept one if nothing in it changed. */
    async draw(key: string, view: unknown, now: number, render: () => Promise<Rendered>): Promise<Rendered> {
      const fingerprint = JSON.stringify(view);
      const entry = entries.get(key);
      const rendered = entry?.fingerprint === fingerprint ? entry.rendered : await render();
      return put(key, { fingerprint, rendered, freshUntil: now + bounds.freshFor });
    },
    get size(): number {
      return entries.size;
    },
  };
}
