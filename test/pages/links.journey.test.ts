import { expect, inject, it } from "vitest";

const { url } = inject("marketplace");
const AT_ONCE = 8;
const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
  "&lt;": "<",
  "&gt;": ">",
};

interface Visited {
  readonly status: number;
  readonly isPage: boolean;
  readonly ids: ReadonlySet<string>;
  /** Absolute, with their anchors. */
  readonly links: readonly string[];
}

async function visit(address: string): Promise<Visited> {
  const response = await fetch(address, { headers: { accept: "text/html,*/*;q=0.8" } });
  const isPage = /text\/html/.test(response.headers.get("content-type") ?? "");
  const body = await response.text();
  const html = isPage ? body : "";
  const found = html.matchAll(/<(?:a|link|img)\b[^>]*?\b(?:href|src)="([^"]*)"/g);
  return {
    status: response.status,
    isPage,
    ids: new Set([...html.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id as string)),
    links: [...found].map(([, href]) => new URL(decode(href as string), response.url).href),
  };
}

function decode(text: string): string {
  return text.replace(/&(?:amp|quot|#39|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);
}

function withoutAnchor(address: string): string {
  return address.replace(/#.*$/, "");
}

it("has no dead link: every internal link of every page leads somewhere, to its anchor too", {
  timeout: 180_000,
}, async () => {
  const visited = new Map<string, Visited>();
  const waiting = [`${url}/`, `${url}/docs`, `${url}/docs?q=permission`];
  const seen = new Set(waiting);
  const wanted: { from: string; to: string }[] = [];
  const work = async (): Promise<void> => {
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      const page = await visit(address);
      visited.set(address, page);
      for (const to of page.links.filter((link) => link.startsWith(`${url}/`))) {
        wanted.push({ from: address, to });
        const target = withoutAnchor(to);
        // The list's filters multiply without end: one step from a page without a query is enough.
        if (seen.has(target) || (target.includes("?") && address.includes("?"))) continue;
        seen.add(target);
        waiting.push(target);
      }
    }
  };
  while (waiting.length > 0) await Promise.all(Array.from({ length: AT_ONCE }, work));

  const dead = wanted.flatMap(({ from, to }) => {
    const target = visited.get(withoutAnchor(to));
    if (target === undefined) return [];
    const anchor = decodeURIComponent(new URL(to).hash.slice(1));
    if (target.status !== 200) return [`${from} → ${to}: ${target.status}`];
    return anchor !== "" && target.isPage && !target.ids.has(anchor) ? [`${from} → ${to}: no such place`] : [];
  });
  expect([...new Set(dead)]).toEqual([]);
  expect([...visited.keys()].filter((address) => address.startsWith(`${url}/docs/`)).length).toBeGreaterThan(25);
  expect([...visited.keys()].some((address) => address.startsWith(`${url}/plugins/`))).toBe(true);
});
