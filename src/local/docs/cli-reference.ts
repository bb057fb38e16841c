import { COMMANDS } from "../../cli/commands.ts";
import { renderReference } from "../../cli/reference.ts";

/** Every command of `rbsm`, from its declaration. */
export function cliReference(): string {
  return [
    "# Command reference",
    "",
    "Every command of `rbsm`. All of them take `--help` and `--json`.",
    "",
    "Data goes to stdout, talk to stderr; color appears on a terminal only, and `NO_COLOR` is honored.",
    "",
    "| Exit code | Meaning |",
    "|---|---|",
    "| 0 | done |",
    "| 1 | refused: by a rule, a check, the server, the network |",
    "| 2 | misused: an option, an argument or a file is wrong; nothing was tried |",
    "| 130 | interrupted |",
    "",
    'With `--json` stdout is one document: `{"ok":true,…}` or `{"ok":false,"problem":{"code","kind","message","next",…}}`. `code` is stable; with `kind` `waiting` gates are still open.',
    "",
    withConsole(renderReference(COMMANDS)).replace(
      /^### (`rbsm ([a-z -]+)`)$/gm,
      (_, words: string, name: string) => `## ${words} {#${name.replaceAll(" ", "-")}}`,
    ),
  ].join("\n");
}

/** Code blocks show commands. */
function withConsole(markdown: string): string {
  let isOpen = false;
  return markdown
    .split("\n")
    .map((line) => {
      if (line === "```") {
        isOpen = !isOpen;
        return isOpen ? "```console" : line;
      }
      return isOpen && line.startsWith("rbsm ") ? `$ ${line}` : line;
    })
    .join("\n");
}
