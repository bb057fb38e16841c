import { readFileSync } from "node:fs";
import path from "node:path";
import { jsx } from "hono/jsx";
import { compareReleases } from "../../src/domain/catalogue/compare-releases.ts";
import { parseManifest } from "../../src/domain/manifest/manifest.ts";
import type { FacetName } from "../../src/market/catalogue/search-ports.ts";
import { FACETS } from "../../src/market/catalogue/search-ports.ts";
import type { Facet, PluginDetail, ReviewRow } from "../../src/market/catalogue/views.ts";
import { HomePage } from "../../src/pages/home.tsx";
import { LEGAL, LegalPage } from "../../src/pages/legal.tsx";
import { ListPage } from "../../src/pages/list.tsx";
import { EVERYTHING } from "../../src/pages/list-state.ts";
import { FailurePage, NotFoundPage } from "../../src/pages/lost.tsx";
import { PluginPage, type TabView } from "../../src/pages/plugin/page.tsx";
import { ReleasePage } from "../../src/pages/plugin/release.tsx";
import { EMPTY_REPORT, ReportPage } from "../../src/pages/plugin/report.tsx";
import { ProblemPage } from "../../src/pages/problem.tsx";
import { type Language, Spoken } from "../../src/pages/words/language.ts";
import { pluginDetail, review } from "./fixtures.ts";

interface Texts {
  readonly plugin?: Partial<PluginDetail>;
  readonly review?: Partial<ReviewRow>;
  readonly query?: string;
  readonly language?: Language;
}

/** Every kind of page for visitors, drawn from one plugin, one review and one search. */
export function drawAll(texts: Texts = {}) {
  const plugin = pluginDetail(texts.plugin);
  const items = Array.from({ length: 20 }, () => plugin);
  const state = { ...EVERYTHING, query: texts.query ?? "" };
  const categories = [{ name: "appointments", count: 20 }];
  const [row] = plugin.versions;
  if (row === undefined) throw new Error("the fixture has versions");
  const hits = items.map((card) => ({
    card,
    highlights: { displayName: [{ from: 0, to: 3 }], description: [] },
    excerpt: { text: plugin.readme.slice(0, 80), ranges: [{ from: 2, to: 9 }] },
    score: null,
  }));
  const found = { total: 105, isTotalExact: true, match: "all", page: 1 } as const;
  const reader = { language: texts.language ?? "en", origin: "https://market.example" };
  const draw = <P>(page: (props: P) => unknown, props: P) =>
    jsx(Spoken as never, { value: reader }, jsx(page as never, props as never)).toString() as string;
  const tab = (shown: TabView) => draw(PluginPage, { view: { plugin, marketplace: "market.example", shown } });
  const reviews = { items: Array.from({ length: 10 }, () => review(texts.review)), total: 31, page: 2 };
  const diff = compareReleases(manifestOf({ "README.md": 5, "old.md": 7 }), {
    ...manifestOf({ "README.md": 6, "new.md": 9 }),
    egress: [{ host: "api.sms.example", methods: ["GET"], reason: "Sends the text messages." }],
  });
  return {
    home: draw(HomePage, {
      view: {
        featured: { slug: "starters", items: items.slice(0, 3) },
        popular: items.slice(0, 6),
        newest: items.slice(0, 3),
        categories,
        total: 20,
      },
    }),
    list: draw(ListPage, { view: { state, page: { items: hits, ...found }, facets: facetsOf(20) } }),
    "empty list": draw(ListPage, { view: { state, page: { items: [], ...found, total: 0 }, facets: facetsOf(0) } }),
    plugin: tab({ tab: "overview" }),
    versions: tab({ tab: "versions" }),
    permissions: tab({ tab: "permissions" }),
    pricing: tab({ tab: "pricing" }),
    reviews: tab({ tab: "reviews", reviews }),
    trust: tab({ tab: "trust", dependents: ["other-plugin"] }),
    stats: tab({ tab: "stats", numbers: NUMBERS }),
    report: draw(ReportPage, { plugin, form: { ...EMPTY_REPORT, problem: "text" as const } }),
    release: draw(ReleasePage, {
      view: { plugin, row, files: [{ path: "README.md", size: 5 }], older: "1.1.0", newer: null, diff },
    }),
    problem: draw(ProblemPage, { reason: "NOT_FOUND" as const }),
    legal: draw(LegalPage, { text: LEGAL.imprint }),
    "not found": draw(NotFoundPage, {}),
    failure: draw(FailurePage, { requestId: "3f0f1f52" }),
  };
}

const NUMBERS = {
  days: Array.from({ length: 90 }, (_, index) => new Date(Date.UTC(2026, 7, 3 + index)).toISOString().slice(0, 10)),
  downloads: Array.from({ length: 90 }, (_, index) => (index % 7) * 12),
  active: Array.from({ length: 90 }, (_, index) => (index < 30 ? null : 60 + index)),
  versions: [
    { version: "1.2.0", count: 80 },
    { version: "other", count: 9 },
  ],
};

function facetsOf(count: number) {
  const values: Partial<Record<FacetName, readonly string[]>> = {
    type: ["ui", "automation"],
    category: ["appointments"],
    tag: ["calendar", "sms"],
    network: ["none"],
    rating: ["4"],
  };
  const facets = Object.fromEntries(
    FACETS.map((name) => [name, (values[name] ?? []).map((value): Facet => ({ name: value, count }))]),
  ) as unknown as Record<FacetName, readonly Facet[]>;
  return { facets, isExact: true };
}

const EXAMPLE = path.resolve(import.meta.dirname, "../../src/examples/appointment-reminder/manifest.json");

/** The manifest of an example with these files, by size. */
function manifestOf(sizes: Readonly<Record<string, number>>) {
  const files = Object.fromEntries(
    Object.entries(sizes).map(([file, size]) => [file, { sha256: String(size).repeat(64).slice(0, 64), size }]),
  );
  const build = { encoder: "test" };
  const read = parseManifest({ ...JSON.parse(readFileSync(EXAMPLE, "utf8")), files, build });
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  return read.value;
}
