import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";

type Route<T> = readonly [method: string, path: string, handler: T];

/**
 * One router for each pair of first segments (`/v1/licenses`), made when the first request for it comes; paths that begin
 * otherwise meet all routes. Finding one of several hundred routes costs as much as verifying a signature, one of twenty does
 * not. What a request matches, and in which order, is what one router over all routes would say.
 */
export class SplitRouter<T> implements Router<T> {
  name = "SplitRouter";
  readonly #routes: Route<T>[] = [];
  readonly #areas = new Map<string, Router<T> | null>();
  #rest: Router<T> | null = null;

  add(method: string, path: string, handler: T): void {
    if (this.#rest !== null) throw new Error("a route that comes after the first request");
    this.#routes.push([method, path, handler]);
    const [, first, second] = path.split("/", 3);
    if (isLiteral(first) && isLiteral(second)) this.#areas.set(`${first}/${second}`, null);
  }

  match(method: string, path: string): Result<T> {
    this.#rest ??= routerOf(this.#routes);
    const [, first, second] = path.split("/", 3);
    const area = `${first}/${second}`;
    const kept = this.#areas.get(area);
    if (kept === undefined) return this.#rest.match(method, path);
    if (kept !== null) return kept.match(method, path);
    const made = routerOf(this.#routes.filter(([, route]) => canMatch(route, [first, second])));
    this.#areas.set(area, made);
    return made.match(method, path);
  }
}

function routerOf<T>(routes: readonly Route<T>[]): Router<T> {
  const router = new SmartRouter<T>({ routers: [new RegExpRouter(), new TrieRouter()] });
  for (const route of routes) router.add(...route);
  return router;
}

/** False only where the route names other segments. A parameter or star may stand for anything that follows. */
function canMatch(route: string, area: readonly (string | undefined)[]): boolean {
  if (!route.startsWith("/")) return true;
  const segments = route.split("/").slice(1);
  for (let i = 0; i < area.length; i++) {
    const segment = segments[i];
    if (segment === undefined) return false;
    if (!isLiteral(segment)) return true;
    if (segment !== area[i]) return false;
  }
  return true;
}

function isLiteral(segment: string | undefined): boolean {
  return segment !== undefined && segment !== "" && !/[:*{?]/.test(segment);
}
