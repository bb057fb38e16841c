import { checkoutPath } from "../domain/sales/checkout.ts";

/** Every address of the site, as functions. Absolute paths below the origin; parts are percent-encoded here and only here. */
export const paths = {
  home: () => "/",
  plugins: () => "/plugins",
  /** `{name}` or the decimal id, which answers 308 to the name. */
  plugin: (name: string) => `/plugins/${encodePart(name)}`,
  release: (name: string, version: string) => `/plugins/${encodePart(name)}/${encodePart(version)}`,
  /** One tab of a plugin's page; `overview` is the page itself. */
  pluginTab: (name: string, tab: string) => `/plugins/${encodePart(name)}${tab === "overview" ? "" : `/${tab}`}`,
  /** Where anybody tells the operator of something wrong with a plugin. */
  reportPlugin: (name: string) => `/plugins/${encodePart(name)}/report`,
  publisher: (handle: string) => `/publishers/${encodePart(handle)}`,
  collections: () => "/collections",
  collection: (slug: string) => `/collections/${encodePart(slug)}`,
  /** Atom and JSON feeds: of everything (`plugins`), or of one category, publisher or plugin. */
  feed: (kind: "atom" | "json", of: FeedOf = {}) => `${feedBase(of)}/feed.${kind}`,
  advisories: () => "/advisories",
  advisory: (id: string) => `/advisories/${encodePart(id)}`,
  advisoryFeed: (kind: "atom" | "json") => `/advisories/feed.${kind}`,
  badge: (name: string, what: "version" | "rating" | "installs") => `/badges/${encodePart(name)}/${what}.svg`,
  siteMap: () => "/sitemap.xml",
  siteMapPart: (part: string) => `/sitemaps/${part}.xml`,
  problem: (code: string) => `/problems/${encodePart(code)}`,
  imprint: () => "/impressum",
  privacy: () => "/datenschutz",
  terms: () => "/agb",
  /** One file of a published bundle; `path` as it stands in the bundle. */
  file: (sha256: string, path: string) => `/f/${sha256}/${path.split("/").map(encodePart).join("/")}`,
  bundle: (sha256: string) => `/bundles/${sha256}.rbsm`,
  /** Statement and receipt of a published release, as JSON. */
  signatures: (id: string, version: string) => `/v1/plugins/${id}/versions/${encodePart(version)}/release`,
  /** The pinned list of receipt keys. */
  trust: () => "/.well-known/rbsm-trust.json",
  openapi: () => "/v1/openapi.json",
  docs: () => "/docs",
  /** `first-plugin`, `api-licenses`: one page of the documentation. */
  doc: (slug: string) => `/docs/${encodePart(slug)}`,
  /** JSON Schema of `manifest.json`, for editors. */
  manifestSchema: () => "/schemas/manifest.json",
  /** The page on which an order is paid; whoever holds its id may. */
  checkout: checkoutPath,
  invoice: (invoiceId: string) => `/invoices/${encodePart(invoiceId)}`,
  /** Offline files by handoff code. */
  offline: () => "/offline",
  /** A view of a plugin in a browser, opened with a ticket; at the assets origin. */
  pluginView: (ticket: string) => `/ui/${encodePart(ticket)}`,
  /** One file of a frame, `ui/board.html`; relative addresses in it stay below. */
  pluginFile: (key: string, path: string) =>
    `/ui/files/${encodePart(key)}/${path.split("/").map(encodePart).join("/")}`,
  asset: (file: string) => `/assets/${file}`,
} as const;

/** What a feed tells of; nothing named: of every plugin. */
export type FeedOf = { readonly category?: string; readonly publisher?: string; readonly plugin?: string };

function feedBase({ category, publisher, plugin }: FeedOf): string {
  if (plugin !== undefined) return `/plugins/${encodePart(plugin)}`;
  if (publisher !== undefined) return `/publishers/${encodePart(publisher)}`;
  return category === undefined ? "" : `/categories/${encodePart(category)}`;
}

/** `encodeURIComponent` that never throws: a lone surrogate becomes U+FFFD. */
function encodePart(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}
