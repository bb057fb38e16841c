import { TrieRouter } from "hono/router/trie-router";
import { describe, expect, it } from "vitest";
import { createApi } from "../../src/api/app.ts";
import { SplitRouter } from "../../src/api/split-router.ts";

const EXTRA: readonly (readonly [string, string])[] = [
  ["ALL", "/*"],
  ["ALL", "/v1/licenses/*"],
  ["ALL", "/v1/installations"],
  ["GET", "/:page"],
  ["GET", "/plugins/:name"],
  ["GET", "/plugins/:name/:version{[0-9.]+}"],
  ["GET", "/f/:path{.+}"],
  ["POST", "/"],
];

function routersOf(): { split: SplitRouter<number>; plain: TrieRouter<number>; paths: string[] } {
  const split = new SplitRouter<number>();
  const plain = new TrieRouter<number>();
  const routes = [...EXTRA, ...createApi().routes.map(({ method, path }) => [method, path] as const)];
  routes.forEach(([method, path], index) => {
    split.add(method, path, index);
    plain.add(method, path, index);
  });
  const paths = routes.flatMap(([, path]) => {
    const filled = path
      .replaceAll(/:\w+\{[^}]*(?:\{[^}]*\}[^}]*)*\}/g, "7")
      .replaceAll(/:\w+/g, "some-name")
      .replaceAll("*", "any/thing");
    return [filled, `${filled}/more`, filled.slice(0, -1), path.replaceAll(/\{.*?\}+/g, "")];
  });
  return { split, plain, paths: [...paths, "/", "//", "/v1", "/v1/", "/v1/licenses/", "/v1/none/7", ""] };
}

type Matched = ReturnType<TrieRouter<number>["match"]>;

/** Handlers in order, each with the parameters it is given, however the router keeps them. */
function told([handlers, stash]: Matched | readonly [readonly unknown[], readonly string[] | undefined]): unknown[] {
  return (handlers as [number, Record<string, string | number>][]).map(([handler, params]) => [
    handler,
    Object.fromEntries(
      Object.entries(params ?? {}).map(([name, value]) => [name, typeof value === "number" ? stash?.[value] : value]),
    ),
  ]);
}

describe("the split router", () => {
  it("finds what one router over all routes finds, in the same order", () => {
    const { split, plain, paths } = routersOf();
    for (const path of new Set(paths))
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"])
        expect(told(split.match(method, path)), `${method} ${path}`).toEqual(told(plain.match(method, path)));
  });

  it("takes no route after the first request", () => {
    const { split } = routersOf();
    split.match("GET", "/");
    expect(() => split.add("GET", "/late", 0)).toThrow();
  });
});
