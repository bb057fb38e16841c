const part = encodeURIComponent;
const BASE = "/desk";

/** What the desk does about one release; each is a form. */
export const RELEASE_DECISIONS = [
  "approve",
  "reject",
  "accept",
  "rerun",
  "block",
  "confirm-block",
  "lift-block",
  "appeal",
] as const;
export type ReleaseDecision = (typeof RELEASE_DECISIONS)[number];

/** What the desk does about a plugin as a whole. */
export const PLUGIN_ACTS = ["suspend", "resume", "hold", "release"] as const;
export type PluginAct = (typeof PLUGIN_ACTS)[number];

/** Kinds of work that can die and be put back. */
export const DEAD_KINDS = ["runs", "webhooks", "hooks"] as const;
export type DeadKind = (typeof DEAD_KINDS)[number];

/** Addresses of the pages of an operator. */
export const deskPaths = {
  home: () => BASE,
  queue: () => `${BASE}/queue`,
  release: (id: string) => `${BASE}/releases/${part(id)}`,
  decide: (id: string, decision: ReleaseDecision) => `${BASE}/releases/${part(id)}/${decision}`,
  /** One file of a release, beside the same file of the release before. */
  file: (id: string, path: string) => `${BASE}/releases/${part(id)}/file?path=${part(path)}`,
  dryRun: (id: string) => `${BASE}/releases/${part(id)}/dry-run`,
  plugin: (id: string) => `${BASE}/plugins/${part(id)}`,
  pluginAct: (id: string, act: PluginAct) => `${BASE}/plugins/${part(id)}/${act}`,
  reports: () => `${BASE}/reports`,
  triage: (reportId: string) => `${BASE}/reports/${part(reportId)}/triage`,
  decideReport: (reportId: string) => `${BASE}/reports/${part(reportId)}/decide`,
  closeCase: (caseId: string) => `${BASE}/cases/${part(caseId)}/close`,
  publishers: (query?: string) => withQuery(`${BASE}/publishers`, { q: query }),
  publisher: (handle: string) => `${BASE}/publishers/${part(handle)}`,
  licenses: (query?: string) => withQuery(`${BASE}/licenses`, { q: query }),
  license: (id: string) => `${BASE}/licenses/${part(id)}`,
  keys: () => `${BASE}/keys`,
  audit: (
    filter: {
      readonly action?: string;
      readonly subject?: string;
      readonly actor?: string;
      readonly before?: string;
    } = {},
  ) => withQuery(`${BASE}/audit`, filter),
  /** Walks the chain of the desk's acts. */
  verify: () => `${BASE}/audit/verify`,
  health: () => `${BASE}/health`,
  dead: (kind: DeadKind) => `${BASE}/health/${kind}`,
  replay: (kind: DeadKind) => `${BASE}/health/${kind}/replay`,
  mail: () => `${BASE}/mail`,
} as const;

function withQuery(path: string, query: { readonly [name: string]: string | undefined }): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return given.length === 0
    ? path
    : `${path}?${given.map(([name, value]) => `${name}=${part(value ?? "")}`).join("&")}`;
}
