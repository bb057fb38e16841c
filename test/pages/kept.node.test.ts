import { expect, it } from "vitest";
import { createKept } from "../../src/pages/kept.ts";

const NOON = 1_793_534_400_000;

/** Pages that count how often they were drawn. */
function setting() {
  const kept = createKept({ entries: 3, freshFor: 2000 });
  let drawn = 0;
  const draw = (key: string, view: unknown, now: number) =>
    kept.draw(key, view, now, async () => ({ bytes: new Uint8Array(), etag: `${key} ${++drawn}` }));
  return { kept, draw, drawn: () => drawn };
}

it("answers a fresh page without asking, and never a stale one", async () => {
  const { kept, draw } = setting();
  expect(kept.fresh("/", NOON)).toBeNull();
  await draw("/", { rev: 1 }, NOON);
  expect(kept.fresh("/", NOON + 1999)?.etag).toBe("/ 1");
  expect(kept.fresh("/", NOON + 2000)).toBeNull();
});

it("draws again only what differs", async () => {
  const { draw, drawn } = setting();
  await draw("/", { rev: 1 }, NOON);
  await draw("/", { rev: 1 }, NOON + 5000);
  expect(drawn()).toBe(1);
  expect((await draw("/", { rev: 2 }, NOON + 9000)).etag).toBe("/ 2");
});

it("stays bounded: the page asked for longest ago leaves first", async () => {
  const { kept, draw } = setting();
  for (const key of ["/a", "/b", "/c"]) await draw(key, 1, NOON);
  await draw("/a", 1, NOON + 3000);
  await draw("/d", 1, NOON + 3000);
  expect(kept.size).toBe(3);
  expect(kept.fresh("/b", NOON)).toBeNull();
  expect(kept.fresh("/a", NOON + 3000)?.etag).toBe("/a 1");
});

it("lets one request load a stale page while the others still get the old one", async () => {
  const { kept, draw } = setting();
  await draw("/", { rev: 1 }, NOON);
  expect(kept.fresh("/", NOON + 2000)).toBeNull();
  expect(kept.fresh("/", NOON + 2000)?.etag).toBe("/ 1");
  expect((await draw("/", { rev: 2 }, NOON + 2001)).etag).toBe("/ 2");
  expect(kept.fresh("/", NOON + 2002)?.etag).toBe("/ 2");
});

it("never again shows what is gone", async () => {
  const { kept, draw } = setting();
  await draw("/", { rev: 1 }, NOON);
  kept.drop("/");
  expect(kept.fresh("/", NOON + 1)).toBeNull();
});
