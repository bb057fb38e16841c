import type { Capabilities } from "../manifest/capabilities.ts";
import { byText } from "../manifest/text.ts";

/** A plugin of a plan, as far as its authority goes. */
export interface Part {
  readonly name: string;
  readonly dependencies: { readonly [name: string]: string };
  readonly capabilities: Capabilities;
}

/** Something the closure may do, and by which chains of plugins it came: `["a → c"]`. */
export interface ClosureElement {
  readonly kind: keyof Capabilities;
  readonly value: string;
  readonly paths: readonly string[];
}

export interface Closure {
  /** What is digested: the union, without paths. */
  readonly capabilities: Capabilities;
  readonly elements: readonly ClosureElement[];
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
] as const satisfies readonly (keyof Capabilities)[];

/**
 * What some plugins may do together with everything they reach (README, Closure). `parts` are all plugins of the plan; a
 * path is the shortest from a start to the plugin that brings the element, by name where several are as short.
 */
export function closureOf(starts: readonly string[], parts: ReadonlyMap<string, Part>): Closure {
  const paths = shortestPaths(starts, parts);
  const reached = [...paths.keys()].sort(byText).flatMap((name) => parts.get(name) ?? []);
  const capabilities = unionOf(reached.map((part) => part.capabilities));
  const elements: ClosureElement[] = [];
  const note = (kind: keyof Capabilities, value: string, has: (part: Part) => boolean) =>
    elements.push({ kind, value, paths: reached.filter(has).map(({ name }) => paths.get(name) as string) });
  for (const name of Object.keys(capabilities.dependencies).sort(byText))
    note("dependencies", name, (part) => Object.hasOwn(part.capabilities.dependencies, name));
  for (const kind of [...LISTS, "ui"] as const)
    for (const value of capabilities[kind])
      note(kind, value, (part) => (part.capabilities[kind] as readonly string[]).includes(value));
  return { capabilities, elements };
}

/** One plugin's own object is its own closure. */
export function unionOf(all: readonly Capabilities[]): Capabilities {
  const ranges = new Map<string, Set<string>>();
  for (const { dependencies } of all)
    for (const [name, range] of Object.entries(dependencies)) {
      const known = ranges.get(name) ?? new Set();
      ranges.set(name, known.add(range));
    }
  const list = (kind: (typeof LISTS)[number]) => [...new Set(all.flatMap((one) => one[kind]))].sort(byText);
  return {
    // Two ranges for one plugin both count; the joined text is compared, never parsed.
    dependencies: Object.fromEntries(
      [...ranges].sort(([a], [b]) => byText(a, b)).map(([name, set]) => [name, [...set].sort(byText).join(" & ")]),
    ),
    egress: list("egress"),
    events: list("events"),
    optionalPermissions: list("optionalPermissions"),
    permissions: list("permissions"),
    publicRoutes: list("publicRoutes"),
    readableSecrets: list("readableSecrets"),
    schedules: list("schedules"),
    secretHosts: list("secretHosts"),
    ui: (["page", "settings", "widget"] as const).filter((slot) => all.some(({ ui }) => ui.includes(slot))),
  };
}

function shortestPaths(starts: readonly string[], parts: ReadonlyMap<string, Part>): Map<string, string> {
  const paths = new Map<string, string>();
  let level = [...starts].sort(byText).map((name): [string, string] => [name, name]);
  while (level.length > 0) {
    const next: [string, string][] = [];
    for (const [name, path] of level) {
      const part = parts.get(name);
      if (part === undefined || paths.has(name)) continue;
      paths.set(name, path);
      for (const target of Object.keys(part.dependencies).sort(byText)) next.push([target, `${path} → ${target}`]);
    }
    level = next;
  }
  return paths;
}
