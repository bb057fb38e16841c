import { ok } from "../../domain/result.ts";
import { type Command, command } from "../command.ts";
import type { Table } from "../help.ts";
import { misuse } from "../problem.ts";
import { renderCompletion, SHELLS } from "../work/completion.ts";

/** The table holds this command too, so it is handed in as a function. */
export function completionCommand(table: () => Table): Command {
  return command({
    summary: "print the completion script of a shell",
    details: [
      "bash: ~/.local/share/bash-completion/completions/rbsm · zsh: a file _rbsm in a folder of $fpath · fish: ~/.config/fish/completions/rbsm.fish. New commands come with a new script: print it again after an update.",
      "The script for bash is run in our tests; those for zsh and fish are held to their grammar and to the list of commands and options, and were not run by their shells.",
    ],
    positionals: [{ name: "SHELL", summary: SHELLS.join(", ") }],
    flags: {},
    examples: [
      "rbsm completion bash > ~/.local/share/bash-completion/completions/rbsm",
      "rbsm completion fish > ~/.config/fish/completions/rbsm.fish",
    ],
    async run({ args: [given = ""] }) {
      const shell = SHELLS.find((one) => one === given);
      if (!shell)
        return {
          ok: false,
          problem: misuse("shell_unknown", `There is no script for “${given}”.`, `Use ${SHELLS.join(", ")}.`),
        };
      const script = renderCompletion(shell, table());
      return ok({ data: { shell, script }, lines: [script.trimEnd()] });
    },
  });
}
