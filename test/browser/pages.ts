import type { Browser, BrowserContext } from "playwright-core";
import type { Demo } from "../../src/local/demo.ts";

/** Who looks at a page; everybody but the visitor signs in with the demo's one-time link. */
export type Viewer = "visitor" | "admin" | "publisher" | "operator";

export interface SitePage {
  /** Names the screenshot: `visitor-home`. */
  readonly name: string;
  readonly viewer: Viewer;
  /** From `/` on; one that depends on the data gets the demo. */
  readonly path: string | ((demo: Demo) => string);
}

const PLUGIN = "/plugins/appointment-reminder";

function visitor(name: string, path: string): SitePage {
  return { name: `visitor-${name}`, viewer: "visitor", path };
}

const VISITOR_PAGES: readonly SitePage[] = [
  visitor("home", "/"),
  visitor("home-de", "/?lang=de"),
  visitor("list", "/plugins"),
  visitor("list-de", "/plugins?lang=de"),
  visitor("list-found", "/plugins?query=reminder&network=none"),
  visitor("list-nothing", "/plugins?query=zzqqxxyy"),
  visitor("plugin", PLUGIN),
  visitor("plugin-de", `${PLUGIN}?lang=de`),
  visitor("plugin-picture", `${PLUGIN}#picture-1`),
  visitor("plugin-versions", `${PLUGIN}/versions`),
  visitor("plugin-permissions", `${PLUGIN}/permissions`),
  visitor("plugin-pricing", `${PLUGIN}/pricing`),
  visitor("plugin-reviews", `${PLUGIN}/reviews`),
  visitor("plugin-trust", `${PLUGIN}/trust`),
  visitor("plugin-stats", `${PLUGIN}/stats`),
  visitor("plugin-report", `${PLUGIN}/report`),
  visitor("release", `${PLUGIN}/1.0.0`),
  visitor("publisher", "/publishers/alpenware"),
  visitor("collections", "/collections"),
  visitor("docs", "/docs"),
  visitor("docs-guide", "/docs/first-plugin"),
  visitor("docs-search", "/docs?q=license"),
  visitor("problem", "/problems/NOT_FOUND"),
  visitor("imprint", "/impressum"),
  visitor("offline", "/offline"),
  visitor("sign-in", "/sign-in"),
  visitor("lost", "/nothing-here"),
];

const ADMIN_PAGES: readonly SitePage[] = [
  { name: "admin-account", viewer: "admin", path: "/account" },
  { name: "admin-console", viewer: "admin", path: "/console" },
  { name: "admin-plugins", viewer: "admin", path: "/console/plugins" },
  { name: "admin-licenses", viewer: "admin", path: "/console/licenses" },
];

function operator(name: string, path: string): SitePage {
  return { name: `operator-${name}`, viewer: "operator", path };
}

const OPERATOR_PAGES: readonly SitePage[] = [
  operator("desk", "/desk"),
  operator("queue", "/desk/queue"),
  operator("release", "/desk/releases/1"),
  operator("file", "/desk/releases/1/file?path=server%2Fmain.js"),
  operator("dry-run", "/desk/releases/1/dry-run"),
  operator("plugin", "/desk/plugins/1"),
  operator("reports", "/desk/reports"),
  operator("publishers", "/desk/publishers"),
  operator("publisher", "/desk/publishers/alpenware"),
  operator("licenses", "/desk/licenses"),
  operator("license", "/desk/licenses/1"),
  operator("keys", "/desk/keys"),
  operator("audit", "/desk/audit"),
  operator("health", "/desk/health"),
  operator("dead", "/desk/health/runs"),
];

/** Every kind of page of the site: what screenshots, axe and the checks of widths go through. */
export const PAGES: readonly SitePage[] = [...VISITOR_PAGES, ...ADMIN_PAGES, ...OPERATOR_PAGES];

export function pathOf(page: SitePage, demo: Demo): string {
  return typeof page.path === "string" ? page.path : page.path(demo);
}

/** The cookies of everybody who signs in; each link works once, so this is called once per start of the demo. */
export async function signInAll(
  browser: Browser,
  demo: Demo,
  viewers: readonly Viewer[],
): Promise<ReadonlyMap<Viewer, StorageState | undefined>> {
  const states = new Map<Viewer, StorageState | undefined>([["visitor", undefined]]);
  for (const viewer of new Set(viewers)) {
    if (viewer === "visitor") continue;
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
    await page.goto(demo[viewer].link);
    await page.locator("main").getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL((url) => !url.pathname.startsWith("/link"));
    states.set(viewer, await context.storageState());
    await context.close();
  }
  return states;
}

type StorageState = Awaited<ReturnType<BrowserContext["storageState"]>>;
