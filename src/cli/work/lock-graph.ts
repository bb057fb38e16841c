import { ok } from "../../domain/result.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import type { Lock } from "./lock-file.ts";

/** One plugin in the tree of a lock. */
export interface Branch {
  readonly name: string;
  readonly version: string;
  readonly range: string;
  /** Empty where the plugin already stands above: its needs are shown there. */
  readonly needs: readonly Branch[];
  readonly isRepeated: boolean;
}

/** What was asked for, with what each plugin needs below it. */
export function treeOf({ roots, plugins }: Pick<Lock, "roots" | "plugins">): readonly Branch[] {
  const shown = new Set<string>();
  const branch = (name: string, range: string): Branch => {
    const locked = plugins[name];
    const isRepeated = shown.has(name);
    shown.add(name);
    const needs = isRepeated ? [] : Object.entries(locked?.dependencies ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      name,
      version: locked?.version ?? "",
      range,
      needs: needs.map(([other, wanted]) => branch(other, wanted)),
      isRepeated,
    };
  };
  return Object.entries(roots)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, range]) => branch(name, range));
}

/** Every chain from something asked for to the plugin, shortest first: `[{invoices}, {pdf-writer, ^3.0.0}]`. */
export function whyOf(lock: Pick<Lock, "roots" | "plugins">, name: string): Outcome<readonly (readonly Link[])[]> {
  if (!Object.hasOwn(lock.plugins, name)) return { ok: false, problem: tellNotLocked(name) };
  const chains: Link[][] = [];
  const walk = (chain: readonly Link[]): void => {
    const last = chain.at(-1) as Link;
    if (last.name === name) chains.push([...chain]);
    if (last.name === name || chains.length >= MAX_CHAINS) return;
    for (const [other, range] of Object.entries(lock.plugins[last.name]?.dependencies ?? {}).sort())
      if (!chain.some((link) => link.name === other)) walk([...chain, linkOf(lock, other, range)]);
  };
  for (const [root, range] of Object.entries(lock.roots).sort()) walk([linkOf(lock, root, range)]);
  return ok(chains.sort((a, b) => a.length - b.length));
}

export interface Link {
  readonly name: string;
  readonly version: string;
  readonly range: string;
}

const MAX_CHAINS = 100;

/** Names that are asked for or needed by something that is. */
export function reachedBy({ roots, plugins }: Pick<Lock, "roots" | "plugins">): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = Object.keys(roots);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    if (Object.hasOwn(plugins, name)) waiting.push(...Object.keys(plugins[name]?.dependencies ?? {}));
  }
  return reached;
}

function linkOf({ plugins }: Pick<Lock, "plugins">, name: string, range: string): Link {
  return { name, version: plugins[name]?.version ?? "", range };
}

function tellNotLocked(name: string): CliProblem {
  return {
    code: "not_installed",
    kind: "not_found",
    message: `rbsm.lock does not name ${name}.`,
    next: "See rbsm list.",
  };
}
