import type { Capabilities } from "../manifest/capabilities.ts";

/** What one list of a capability object gained and lost; sorted as it was. */
export interface ListChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
type Lists = Omit<Capabilities, "dependencies">;

/** The difference between what an installation consented to and what a version asks for. */
export interface CapabilityDiff {
  readonly lists: { readonly [K in keyof Lists]: ListChange };
  /** Dependencies by name: new ones, other ranges, and those that went. */
  readonly dependencies: ListChange;
  /** Permissions that were optional, declined or not, and are required now. */
  readonly nowRequired: readonly string[];
  /** Something grew: nobody gets it without a new consent. */
  readonly isGrowth: boolean;
}

/**
 * Held against what *this installation granted*: `granted` are its permissions, `before` the capabilities of the version it
 * granted them for. A permission that was declined counts as new when it is asked for as required.
 */
export function capabilityDiff(
  before: Capabilities | null,
  granted: readonly string[],
  after: Capabilities,
): CapabilityDiff {
  const known = before ?? NOTHING;
  const lists = Object.fromEntries(
    LISTS.map((name) => [name, changeOf(name === "permissions" ? granted : known[name], after[name])]),
  ) as CapabilityDiff["lists"];
  const asked = [...known.permissions, ...known.optionalPermissions];
  const permissions = {
    added: after.permissions.filter((code) => !granted.includes(code)),
    removed: granted.filter((code) => !after.permissions.includes(code) && !after.optionalPermissions.includes(code)),
  };
  const optionalPermissions = {
    added: after.optionalPermissions.filter((code) => !asked.includes(code)),
    removed: known.optionalPermissions.filter(
      (code) => !after.optionalPermissions.includes(code) && !after.permissions.includes(code),
    ),
  };
  const dependencies = changeOf(ranges(known), ranges(after));
  const nowRequired = after.permissions.filter((code) => known.optionalPermissions.includes(code));
  const all = { ...lists, permissions, optionalPermissions };
  const isGrowth =
    nowRequired.length > 0 || dependencies.added.length > 0 || Object.values(all).some(({ added }) => added.length > 0);
  return { lists: all, dependencies, nowRequired, isGrowth };
}

const LISTS = [
  "egress",
  "events",
  "optionalPermissions",
  "permissions",
  "publicRoutes",
  "readableSecrets",
  "schedules",
  "secretHosts",
  "ui",
] as const satisfies readonly (keyof Lists)[];

const NOTHING: Capabilities = {
  dependencies: {},
  egress: [],
  events: [],
  optionalPermissions: [],
  permissions: [],
  publicRoutes: [],
  readableSecrets: [],
  schedules: [],
  secretHosts: [],
  ui: [],
};

function changeOf(before: readonly string[], after: readonly string[]): ListChange {
  return {
    added: after.filter((entry) => !before.includes(entry)),
    removed: before.filter((entry) => !after.includes(entry)),
  };
}

function ranges({ dependencies }: Capabilities): readonly string[] {
  return Object.entries(dependencies).map(([name, range]) => `${name} ${range}`);
}
