const part = encodeURIComponent;
const BASE = "/console";

/** What stands in the address of a step of the installation: everything that was chosen so far. */
export interface InstallStep {
  readonly plugin: string;
  readonly instance?: string | undefined;
  readonly license?: string | undefined;
  readonly version?: string | undefined;
}

/** Acts on an installation that are asked about once. */
export const INSTALLATION_ACTS = ["deactivate", "suspend", "uninstall", "erase"] as const;
export type InstallationAct = (typeof INSTALLATION_ACTS)[number];

/** Addresses of the pages of somebody who runs Rising BSM. */
export const consolePaths = {
  home: () => BASE,
  instances: () => `${BASE}/instances`,
  registerInstance: () => `${BASE}/instances/new`,
  instance: (id: string) => `${BASE}/instances/${part(id)}`,
  editInstance: (id: string) => `${BASE}/instances/${part(id)}/edit`,
  checkInstance: (id: string) => `${BASE}/instances/${part(id)}/check`,
  rotateInstance: (id: string) => `${BASE}/instances/${part(id)}/rotate`,
  replay: (id: string) => `${BASE}/instances/${part(id)}/replay`,
  install: (step?: InstallStep) => withStep(`${BASE}/install`, step),
  installLicense: () => `${BASE}/install/license`,
  installRequirements: (step: InstallStep) => withStep(`${BASE}/install/requirements`, step),
  installPermissions: (step?: InstallStep) => withStep(`${BASE}/install/permissions`, step),
  installProgress: (activationId: string) => `${BASE}/install/complete/${part(activationId)}/progress`,
  installed: (activationId: string) => `${BASE}/install/complete/${part(activationId)}`,
  plugins: (instance?: string) =>
    instance === undefined ? `${BASE}/plugins` : `${BASE}/plugins?instance=${part(instance)}`,
  plugin: (activationId: string, page?: number) =>
    `${BASE}/plugins/${part(activationId)}${page === undefined || page === 1 ? "" : `?page=${page}`}`,
  settings: (activationId: string) => `${BASE}/plugins/${part(activationId)}/settings`,
  secret: (activationId: string) => `${BASE}/plugins/${part(activationId)}/secret`,
  update: (activationId: string) => `${BASE}/plugins/${part(activationId)}/update`,
  confirm: (activationId: string, act: InstallationAct) => `${BASE}/plugins/${part(activationId)}/confirm/${act}`,
  act: (activationId: string, act: InstallationAct | "activate" | "resume" | "renew" | "replay") =>
    `${BASE}/plugins/${part(activationId)}/${act}`,
  exportData: (activationId: string) => `${BASE}/plugins/${part(activationId)}/data.json`,
  licenses: () => `${BASE}/licenses`,
  license: (id: string) => `${BASE}/licenses/${part(id)}`,
  licenseEvents: (id: string) => `${BASE}/licenses/${part(id)}/events.jsonl`,
  licenseOrder: (id: string) => `${BASE}/licenses/${part(id)}/order`,
  licenseTransfer: (id: string) => `${BASE}/licenses/${part(id)}/transfer`,
  licenseAccept: (id: string) => `${BASE}/licenses/${part(id)}/accept`,
  licenseKey: (id: string) => `${BASE}/licenses/${part(id)}/key`,
  licenseEvict: (id: string) => `${BASE}/licenses/${part(id)}/evict`,
  licenseOffline: (id: string) => `${BASE}/licenses/${part(id)}/offline`,
  orders: (page?: number) => (page === undefined || page === 1 ? `${BASE}/orders` : `${BASE}/orders?page=${page}`),
  notifications: () => `${BASE}/notifications`,
  activity: (before?: string) =>
    before === undefined ? `${BASE}/activity` : `${BASE}/activity?before=${part(before)}`,
  auditFile: () => `${BASE}/activity/audit.jsonl`,
} as const;

function withStep(path: string, step?: InstallStep): string {
  const chosen = Object.entries(step ?? {}).filter(([, value]) => value !== undefined);
  return chosen.length === 0 ? path : `${path}?${chosen.map((pair) => pair.map(part).join("=")).join("&")}`;
}
