import type { CliProblem } from "../problem.ts";
import type { Lock } from "./lock-file.ts";

export function tellBlocked(name: string, version: string, replacement: string | undefined): CliProblem {
  return {
    code: "locked_release_blocked",
    kind: "resolution",
    message: `${name} ${version} is blocked, or the plugin is suspended: nothing of it is handed out now.`,
    next:
      replacement === undefined
        ? `See rbsm versions ${name}, and install another version.`
        : `Install ${replacement} instead, or another version: see rbsm versions ${name}.`,
    facts: { plugin: name, version, ...(replacement === undefined ? {} : { replacement }) },
  };
}

/** Nobody is shown a plugin without a release on offer; whether all were blocked or it was removed is not said. */
export function tellGone(name: string, version: string): CliProblem {
  return {
    code: "locked_plugin_gone",
    kind: "resolution",
    message: `${name} ${version} is locked, but the marketplace offers no version of ${name} any more.`,
    next: `It was removed or blocked: ask its publisher, and take it out with rbsm remove ${name}.`,
    facts: { plugin: name, version },
  };
}

export function tellMismatch(name: string, field: string, locked: string, found: string): CliProblem {
  return {
    code: "lock_mismatch",
    kind: "trust",
    message: `${name} is not what was locked: its ${field} is ${found}, the lock says ${locked}.`,
    next: "Find out who changed the lock or the release. Nothing was installed.",
    facts: { plugin: name, field, locked, found },
  };
}

export function tellNoLock(file: string): CliProblem {
  return {
    code: "lock_missing",
    kind: "misuse",
    message: `There is no ${file}.`,
    next: "Name a plugin: rbsm install NAME.",
  };
}

export function tellNotInstalled(file: string, name: string): CliProblem {
  return {
    code: "not_installed",
    kind: "not_found",
    message: `${file} does not name ${name}.`,
    next: "See rbsm list.",
  };
}

export function tellNeeded(name: string, plugins: Lock["plugins"]): CliProblem {
  const by = Object.entries(plugins)
    .filter(([key, { dependencies }]) => key !== name && Object.hasOwn(dependencies, name))
    .map(([key]) => key);
  return {
    code: "plugin_needed",
    kind: "resolution",
    message: `${name} is needed by ${by.join(", ")}.`,
    next: `See rbsm why ${name}; remove what needs it first.`,
    facts: { plugin: name, neededBy: by },
  };
}
