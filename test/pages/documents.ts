import type { PluginDetail, ReviewRow } from "../../src/market/catalogue/views.ts";
import { HomePage } from "../../src/pages/home.tsx";
import { LEGAL, LegalPage } from "../../src/pages/legal.tsx";
import { ListPage } from "../../src/pages/list.tsx";
import { EVERYTHING } from "../../src/pages/list-state.ts";
import { FailurePage, NotFoundPage } from "../../src/pages/lost.tsx";
import { PluginPage } from "../../src/pages/plugin/page.tsx";
import { ReleasePage } from "../../src/pages/plugin/release.tsx";
import { ProblemPage } from "../../src/pages/problem.tsx";
import { pluginDetail, review } from "./fixtures.ts";

/** Every kind of page, drawn from one plugin, one review and one search. */
export function drawAll(texts: { plugin?: Partial<PluginDetail>; review?: Partial<ReviewRow>; query?: string } = {}) {
  const plugin = pluginDetail(texts.plugin);
  const items = Array.from({ length: 20 }, () => plugin);
  const state = { ...EVERYTHING, query: texts.query ?? "" };
  const categories = [{ name: "appointments", count: 20 }];
  const [row] = plugin.versions;
  if (row === undefined) throw new Error("the fixture has versions");
  return {
    home: String(HomePage({ view: { popular: items.slice(0, 6), newest: items.slice(0, 3), categories, total: 20 } })),
    list: String(ListPage({ view: { state, page: { items, total: 105, page: 1, limit: 20 } } })),
    "empty list": String(ListPage({ view: { state, page: { items: [], total: 0, page: 1, limit: 20 } } })),
    plugin: String(
      PluginPage({
        view: {
          plugin,
          reviews: { items: Array.from({ length: 20 }, () => review(texts.review)), total: 31 },
          marketplace: "localhost",
        },
      }),
    ),
    release: String(ReleasePage({ view: { plugin, row } })),
    problem: String(ProblemPage({ reason: "NOT_FOUND" })),
    legal: String(LegalPage({ text: LEGAL.imprint })),
    "not found": String(NotFoundPage()),
    failure: String(FailurePage({ requestId: "3f0f1f52" })),
  };
}
