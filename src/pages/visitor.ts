import type { Context } from "hono";
import type { Principal } from "../domain/account/principal.ts";
import type { World } from "../market/ports.ts";
import { createKept } from "./kept.ts";
import { pageResponse, readerOf, render } from "./respond.ts";

export interface VisitorEnv {
  Variables: { readonly world: World; readonly requestId: string };
}
export type VisitorContext = Context<VisitorEnv, string>;
type Tree = Parameters<typeof render>[0];

export const VISITOR: Principal = { kind: "anonymous" };

/** A busy page asks the database every two seconds, not at every request; visitors' browsers keep it for sixty anyway. */
const KEPT = { entries: 400, freshFor: 2000 };

/** How public pages are answered. */
export interface Answers {
  /** A page of its path (and `part` of its query) alone, kept per language. Null from `load`: there is no such page. */
  keep<V>(
    context: VisitorContext,
    load: () => Promise<V | null>,
    draw: (view: V) => Tree,
    part?: string,
  ): Promise<Response>;
  /** A page drawn for this request. */
  show(context: VisitorContext, tree: Tree): Promise<Response>;
}

export function createAnswers(): Answers {
  const kept = createKept(KEPT);
  return {
    async keep(context, load, draw, part = "") {
      const reader = readerOf(context.req.raw, context.get("world"));
      const key = `${reader.language} ${context.req.path} ${part}`;
      const now = context.get("world").clock.now();
      const fresh = kept.fresh(key, now);
      if (fresh !== null) return pageResponse(context.req.raw, fresh);
      const view = await load();
      if (view === null) {
        kept.drop(key);
        return context.notFound();
      }
      return pageResponse(context.req.raw, await kept.draw(key, view, now, () => render(draw(view), reader)));
    },
    async show(context, tree) {
      return pageResponse(context.req.raw, await render(tree, readerOf(context.req.raw, context.get("world"))));
    },
  };
}

/** For good, at another address. */
export function moved(location: string): Response {
  return new Response(null, { status: 308, headers: { location, "cache-control": "public, max-age=60" } });
}
