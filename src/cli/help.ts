import { type Command, type Group, isGroup } from "./command.ts";
import type { Paint } from "./voice.ts";

export type Table = { readonly [name: string]: Command | Group };

/** `rbsm --help`: every command on one line. */
export function renderHelp(table: Table, paint: Paint): string {
  const rows = Object.entries(table).flatMap(([name, node]) =>
    isGroup(node)
      ? Object.entries(node.commands).map(([word, command]) => [`${name} ${word}`, command.summary] as const)
      : [[name, node.summary] as const],
  );
  return [
    "Build, sign, publish and verify Rising-BSM plugins.",
    "",
    `${paint("bold", "Usage")}  rbsm <command> [options]`,
    "",
    ...columns(rows, paint),
    "",
    "Every command takes --help and --json. Exit codes: 0 done, 1 refused, 2 misused, 130 interrupted.",
    "",
  ].join("\n");
}

export function renderGroupHelp(name: string, group: Group, paint: Paint): string {
  const rows = Object.entries(group.commands).map(([word, command]) => [`${name} ${word}`, command.summary] as const);
  return [group.summary, "", ...columns(rows, paint), ""].join("\n");
}

export function renderCommandHelp(name: string, command: Command, paint: Paint): string {
  const section = (title: string, lines: readonly string[]) =>
    lines.length ? ["", paint("bold", title), ...lines] : [];
  return [
    command.summary,
    ...(command.details ?? []).flatMap((paragraph) => ["", paragraph]),
    "",
    `${paint("bold", "Usage")}  ${usage(name, command)}`,
    ...section(
      "Arguments",
      columns(
        command.positionals.map(({ name: word, summary }) => [word, summary] as const),
        paint,
      ),
    ),
    ...section("Options", columns(flagRows(command), paint)),
    ...section(
      "Examples",
      command.examples.map((line) => `  ${line}`),
    ),
    "",
  ].join("\n");
}

/** `rbsm pack [DIR] [options]`. */
export function usage(name: string, command: Command): string {
  const words = command.positionals.map(({ name: word, optional }) => (optional ? `[${word}]` : word));
  return ["rbsm", name, ...words, "[options]"].join(" ");
}

export function flagRows(command: Command): readonly (readonly [string, string])[] {
  return [
    ...Object.entries(command.flags).map(
      ([flag, { value, summary }]) => [`--${flag}${value ? ` ${value}` : ""}`, summary] as const,
    ),
    ["--json", "print one JSON document"],
    ["--help", "show this text"],
  ];
}

function columns(rows: readonly (readonly [string, string])[], paint: Paint): string[] {
  const width = Math.max(...rows.map(([left]) => left.length), 0) + 2;
  return rows.map(([left, right]) => `  ${paint("bold", left)}${" ".repeat(width - left.length)}${right}`);
}
