import { type Command, isGroup } from "./command.ts";
import { flagRows, type Table, usage } from "./help.ts";

/** The command reference of README.md, in Markdown, from the declarations. */
export function renderReference(table: Table): string {
  return Object.entries(table)
    .flatMap(([name, node]) =>
      isGroup(node)
        ? Object.entries(node.commands).map(([word, command]) => renderCommand(`${name} ${word}`, command))
        : [renderCommand(name, node)],
    )
    .join("\n");
}

function renderCommand(name: string, command: Command): string {
  const rows = [
    ...command.positionals.map(({ name: word, summary }) => [word, summary] as const),
    ...flagRows(command).filter(([flag]) => flag !== "--json" && flag !== "--help"),
  ];
  return [
    `### \`rbsm ${name}\``,
    "",
    `${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`,
    ...(command.details ?? []).flatMap((paragraph) => ["", paragraph]),
    "",
    "```",
    usage(name, command),
    ...command.examples.filter((line) => line !== usage(name, command)),
    "```",
    ...(rows.length > 0
      ? ["", "| | |", "|---|---|", ...rows.map(([left, right]) => `| \`${left}\` | ${right} |`)]
      : []),
    "",
  ].join("\n");
}
