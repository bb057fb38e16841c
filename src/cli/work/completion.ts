import { type Command, isGroup } from "../command.ts";
import { flagRows, type Table } from "../help.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

interface Row {
  /** `keys create`. */
  readonly words: string;
  readonly summary: string;
  /** `--pem` and so on, with what they do. */
  readonly flags: readonly (readonly [string, string])[];
}

/** The completion script of a shell: commands, their words and their options; files where none of these fit. */
export function renderCompletion(shell: Shell, table: Table): string {
  const rows = Object.entries(table).flatMap(([name, node]): readonly Row[] =>
    isGroup(node)
      ? Object.entries(node.commands).map(([word, command]) => rowOf(`${name} ${word}`, command))
      : [rowOf(name, node)],
  );
  return RENDERERS[shell](rows);
}

const RENDERERS: Readonly<Record<Shell, (rows: readonly Row[]) => string>> = { bash, zsh, fish };

function rowOf(words: string, command: Command): Row {
  const flags = flagRows(command).map(([flag, summary]) => [flag.split(" ")[0] as string, summary] as const);
  return { words, summary: command.summary, flags };
}

/** The second words of every group. */
function groupsOf(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { words } of rows) {
    const [first = "", second] = words.split(" ");
    if (second !== undefined) groups.set(first, [...(groups.get(first) ?? []), second]);
  }
  return groups;
}

function firstWords(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.map(({ words }) => words.split(" ")[0] as string))];
}

function bash(rows: readonly Row[]): string {
  const groups = [...groupsOf(rows)];
  return [
    "# rbsm completion for bash: source it, or put it into ~/.local/share/bash-completion/completions/rbsm",
    "_rbsm() {",
    '  local word="$2" words=""',
    `  local chosen="\${COMP_WORDS[1]}"`,
    `  case "$chosen" in ${groups.map(([name]) => name).join("|") || "''"}) chosen="$chosen \${COMP_WORDS[2]}" ;; esac`,
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${firstWords(rows).join(" ")} --help --version"`,
    ...groups.flatMap(([name, words]) => [
      `  elif [ "$COMP_CWORD" -eq 2 ] && [ "\${COMP_WORDS[1]}" = "${name}" ]; then`,
      `    words="${words.join(" ")}"`,
    ]),
    "  else",
    '    case "$chosen" in',
    ...rows.map(({ words, flags }) => `      "${words}") words="${flags.map(([flag]) => flag).join(" ")}" ;;`),
    "    esac",
    "  fi",
    '  COMPREPLY=( $(compgen -W "$words" -- "$word") )',
    "}",
    "complete -o default -F _rbsm rbsm",
    "",
  ].join("\n");
}

function zsh(rows: readonly Row[]): string {
  const groups = [...groupsOf(rows)];
  const summaries = new Map(rows.map(({ words, summary }) => [words, summary]));
  const entry = (name: string, summary: string) => `'${quote(`${name.replaceAll(":", "\\:")}:${summary}`)}'`;
  return [
    "#compdef rbsm",
    "# rbsm completion for zsh: put it as _rbsm into a folder of $fpath",
    "_rbsm() {",
    "  local -a rows",
    '  local chosen="$words[2]"',
    `  case "$chosen" in ${groups.map(([name]) => name).join("|") || "''"}) chosen="$chosen $words[3]" ;; esac`,
    "  if (( CURRENT == 2 )); then",
    `    rows=(${firstWords(rows)
      .map((name) => entry(name, summaries.get(name) ?? `${name} …`))
      .join(" ")})`,
    ...groups.flatMap(([name, words]) => [
      `  elif (( CURRENT == 3 )) && [[ "$words[2]" == ${name} ]]; then`,
      `    rows=(${words.map((word) => entry(word, summaries.get(`${name} ${word}`) ?? "")).join(" ")})`,
    ]),
    "  else",
    '    case "$chosen" in',
    ...rows.map(
      ({ words, flags }) =>
        `      '${words}') rows=(${flags.map(([flag, summary]) => entry(flag, summary)).join(" ")}) ;;`,
    ),
    "    esac",
    "  fi",
    "  _describe rbsm rows",
    "  _files",
    "}",
    'if [ "$funcstack[1]" = "_rbsm" ]; then _rbsm "$@"; else compdef _rbsm rbsm; fi',
    "",
  ].join("\n");
}

function fish(rows: readonly Row[]): string {
  const groups = groupsOf(rows);
  const summaries = new Map(rows.map(({ words, summary }) => [words, summary]));
  const lines = firstWords(rows).map(
    (name) =>
      `complete -c rbsm -n __fish_use_subcommand -f -a ${name} -d '${quoteFish(summaries.get(name) ?? `${name} …`)}'`,
  );
  for (const [name, words] of groups)
    for (const word of words)
      lines.push(
        `complete -c rbsm -n '__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${words.join(" ")}' -f -a ${word} -d '${quoteFish(summaries.get(`${name} ${word}`) ?? "")}'`,
      );
  for (const { words, flags } of rows) {
    const seen = words
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
    for (const [flag, summary] of flags)
      lines.push(`complete -c rbsm -n '${seen}' -l ${flag.slice(2)} -d '${quoteFish(summary)}'`);
  }
  return ["# rbsm completion for fish: put it into ~/.config/fish/completions/rbsm.fish", ...lines, ""].join("\n");
}

function quote(text: string): string {
  return text.replaceAll("'", "'\\''");
}

function quoteFish(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
