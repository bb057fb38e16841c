import { type Capabilities, closureDigestOf } from "../manifest/capabilities.ts";
import { CHANNELS } from "../manifest/permissions.ts";
import { compareVersions, satisfies } from "../release/version.ts";
import { fitsApp } from "../resolve/candidates.ts";
import { closureOf, type Part } from "../resolve/closure.ts";
import {
  type CapabilityTable,
  type Documents,
  type InstalledPlugin,
  releaseKey,
  type UpdateRelease,
  type UpdateRequest,
} from "./document.ts";

/** The releases that a version brings with it, itself included: name → release. */
export type Members = ReadonlyMap<string, UpdateRelease>;

/** What an installation would be allowed through one version of a plugin. */
export interface ClosureView {
  readonly capabilities: Capabilities;
  readonly digest: string;
  /** `kind value` → the shortest chain it comes by. */
  readonly chains: ReadonlyMap<string, string>;
}

/** One thing that a version may do and the installed one may not. */
export interface Growth {
  readonly kind: keyof Capabilities | "publisher";
  readonly value: string;
  /** `a → c`: by which plugins it comes. */
  readonly via: string;
}

/**
 * Follows the needs of a release: each is met by what is installed if that is in the range, else by the newest release
 * that may be installed there. What nothing can meet is left out; its range still stands in the closure.
 */
export function membersOf(name: string, release: UpdateRelease, documents: Documents, request: UpdateRequest): Members {
  const members = new Map([[name, release]]);
  const open = [release];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const [needed, range] of Object.entries(at.dependencies)) {
      if (members.has(needed)) continue;
      const found = meets(needed, range, documents, request);
      if (found === null) continue;
      members.set(needed, found);
      open.push(found);
    }
  return members;
}

/** The digest that consent carries, and where each element comes from. Null: the table lacks one of the members. */
export async function viewOf(name: string, members: Members, table: CapabilityTable): Promise<ClosureView | null> {
  const parts = new Map<string, Part>();
  for (const [member, { version, dependencies }] of members) {
    const capabilities = table.get(releaseKey(member, version));
    if (capabilities === undefined) return null;
    parts.set(member, { name: member, dependencies, capabilities });
  }
  const { capabilities, elements } = closureOf([name], parts);
  const chains = new Map(elements.map(({ kind, value, paths }) => [`${kind} ${value}`, paths[0] ?? name]));
  return { capabilities, digest: await closureDigestOf(capabilities), chains };
}

/** What `after` may do beyond `before` (README, Growth); sorted as the closure is. */
export function growthOf(before: ClosureView, after: ClosureView): readonly Growth[] {
  const had = before.capabilities;
  const has = after.capabilities;
  const grown: Growth[] = [];
  const add = (kind: keyof Capabilities, value: string, element = value) =>
    grown.push({ kind, value, via: after.chains.get(`${kind} ${element}`) ?? "" });
  for (const [name, range] of Object.entries(has.dependencies))
    if (had.dependencies[name] !== range) add("dependencies", `${name} ${range}`, name);
  for (const kind of ["egress", "secretHosts"] as const)
    for (const host of has[kind]) if (!had[kind].some((known) => covers(known, host))) add(kind, host);
  for (const kind of ["events", "publicRoutes", "readableSecrets", "schedules", "ui"] as const)
    for (const value of has[kind]) if (!(had[kind] as readonly string[]).includes(value)) add(kind, value);
  for (const code of has.permissions) if (!had.permissions.includes(code)) add("permissions", code);
  for (const code of has.optionalPermissions)
    if (![...had.permissions, ...had.optionalPermissions].includes(code)) add("optionalPermissions", code);
  return grown;
}

/** `*.x.com` holds `api.x.com`: from all to one is less. */
function covers(known: string, host: string): boolean {
  return known === host || (known.startsWith("*.") && !host.startsWith("*.") && host.endsWith(known.slice(1)));
}

function meets(name: string, range: string, documents: Documents, request: UpdateRequest): UpdateRelease | null {
  const document = documents.get(name);
  if (document === undefined) return null;
  const installed = request.plugins.find((plugin) => plugin.name === name);
  const held = document.releases.find(({ version }) => version === installed?.version);
  if (installed !== undefined && held === undefined) return null;
  if (held !== undefined && satisfies(held.version, range)) return held;
  const channel = installed?.channel ?? "stable";
  return (
    document.releases
      .filter((release) => isOffered(release, channel, request) && satisfies(release.version, range))
      // Nothing installed is ever led back.
      .filter((release) => held === undefined || compareVersions(release.version, held.version) > 0)
      .sort((a, b) => compareVersions(b.version, a.version))[0] ?? null
  );
}

/** Whether anybody may start with the release on this instance. */
export function isOffered(
  release: UpdateRelease,
  channel: InstalledPlugin["channel"],
  { appVersion }: Pick<UpdateRequest, "appVersion">,
): boolean {
  if (release.state !== "published" && release.state !== "deprecated") return false;
  if (CHANNELS.indexOf(release.channel) > CHANNELS.indexOf(channel)) return false;
  return appVersion === null || fitsApp(appVersion, release);
}
