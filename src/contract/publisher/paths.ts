const part = encodeURIComponent;
const BASE = "/publish";

/** Tabs of the form of a plugin, in their order. */
export const PLUGIN_TABS = ["basics", "description", "pictures", "prices", "permissions", "links", "danger"] as const;
export type PluginTab = (typeof PLUGIN_TABS)[number];

/** What may be done to a release, each asked about once. */
export const RELEASE_ACTS = ["withdraw", "resubmit", "yank", "unyank", "deprecate", "undeprecate"] as const;
export type ReleaseAct = (typeof RELEASE_ACTS)[number];

/** Addresses of the pages of a publisher: everything below `{handle}` belongs to that organization. */
export const publisherPaths = {
  start: () => BASE,
  home: (handle: string) => `${BASE}/${part(handle)}`,
  upload: (handle: string) => `${BASE}/${part(handle)}/upload`,
  plugins: (handle: string) => `${BASE}/${part(handle)}/plugins`,
  plugin: (handle: string, name: string) => `${BASE}/${part(handle)}/plugins/${part(name)}`,
  edit: (handle: string, name: string, tab: PluginTab = "basics") =>
    `${BASE}/${part(handle)}/plugins/${part(name)}/edit${tab === "basics" ? "" : `/${tab}`}`,
  preview: (handle: string, name: string) => `${BASE}/${part(handle)}/plugins/${part(name)}/preview`,
  release: (handle: string, releaseId: string) => `${BASE}/${part(handle)}/releases/${part(releaseId)}`,
  releaseAct: (handle: string, releaseId: string, act: ReleaseAct | "sign" | "approve" | "appeal") =>
    `${BASE}/${part(handle)}/releases/${part(releaseId)}/${act}`,
  keys: (handle: string) => `${BASE}/${part(handle)}/keys`,
  keyForm: (handle: string, form: "add" | "end" | "papers") => `${BASE}/${part(handle)}/keys/${form}`,
  licenses: (handle: string, page?: number) => paged(`${BASE}/${part(handle)}/licenses`, page),
  newLicense: (handle: string) => `${BASE}/${part(handle)}/licenses/new`,
  license: (handle: string, id: string) => `${BASE}/${part(handle)}/licenses/${part(id)}`,
  licenseAct: (handle: string, id: string, act: string) => `${BASE}/${part(handle)}/licenses/${part(id)}/${act}`,
  sales: (handle: string, page?: number) => paged(`${BASE}/${part(handle)}/sales`, page),
  order: (handle: string, id: string, act: "paid" | "refund" | "cancel") =>
    `${BASE}/${part(handle)}/sales/${part(id)}/${act}`,
  seller: (handle: string) => `${BASE}/${part(handle)}/seller`,
  coupons: (handle: string) => `${BASE}/${part(handle)}/coupons`,
  analytics: (handle: string) => `${BASE}/${part(handle)}/analytics`,
  /** `plugin`: its name. */
  reviews: (handle: string, plugin?: string, page = 1) => {
    const path = `${BASE}/${part(handle)}/reviews`;
    return plugin === undefined ? path : `${path}?plugin=${part(plugin)}${page === 1 ? "" : `&page=${page}`}`;
  },
  webhooks: (handle: string) => `${BASE}/${part(handle)}/webhooks`,
  webhook: (handle: string, id: string) => `${BASE}/${part(handle)}/webhooks/${part(id)}`,
  webhookAct: (handle: string, id: string, act: "change" | "rotate" | "resume" | "remove" | "replay") =>
    `${BASE}/${part(handle)}/webhooks/${part(id)}/${act}`,
} as const;

function paged(path: string, page: number | undefined): string {
  return page === undefined || page === 1 ? path : `${path}?page=${page}`;
}
