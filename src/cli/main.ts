import { parseArgs } from "node:util";
import { type Answer, type Command, type Flags, type Given, type Group, isGroup } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { renderCommandHelp, renderGroupHelp, renderHelp } from "./help.ts";
import { type CliProblem, misuse, type Outcome } from "./problem.ts";
import { makeVoice, painter, type Voice, writeOut } from "./voice.ts";
import { placeOf } from "./work/inspect-bundle.ts";
import { readCliVersion } from "./work/sdk.ts";

/** Exit codes: 0 done, 1 refused, 2 misused, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const isJson = argv.includes("--json");
  const voice = makeVoice(process.env);
  process.on("SIGINT", () => process.exit(conclude(INTERRUPTED, isJson, voice)));
  const found = findCommand(argv);
  if ("text" in found) {
    writeOut(found.text);
    return 0;
  }
  if ("problem" in found) return conclude({ ok: false, problem: found.problem }, isJson, voice);
  return conclude(await perform(found.command, found.flags, found.args, voice), isJson, voice);
}

type Found =
  | { readonly text: string }
  | { readonly problem: CliProblem }
  | { readonly command: Command; readonly flags: Given<Flags>; readonly args: readonly string[] };

/** Walks the table, then lets `node:util` read what is left. */
function findCommand(argv: readonly string[]): Found {
  const paint = painter(process.stdout.isTTY === true, process.env);
  const asksHelp = argv.includes("--help") || argv.includes("-h");
  const words = argv.filter((word) => word !== "--json");
  const [first, second] = words;
  if (first === "--version") return { text: `${readCliVersion()}\n` };
  if (first === undefined || first === "help" || first === "--help" || first === "-h") {
    if (first !== undefined) return { text: renderHelp(COMMANDS, paint) };
    return { problem: misuse("command_missing", "No command given.", "Run rbsm --help for the list of commands.") };
  }
  const node = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (!node)
    return { problem: misuse("command_unknown", `There is no command “${first}”.`, "Run rbsm --help for the list.") };
  if (!isGroup(node))
    return asksHelp ? { text: renderCommandHelp(first, node, paint) } : parseCommand(first, node, words.slice(1));
  return findInGroup(first, node, second, words.slice(2), asksHelp, paint);
}

function findInGroup(
  name: string,
  group: Group,
  word: string | undefined,
  rest: readonly string[],
  asksHelp: boolean,
  paint: ReturnType<typeof painter>,
): Found {
  const command = word !== undefined && Object.hasOwn(group.commands, word) ? group.commands[word] : undefined;
  if (command)
    return asksHelp
      ? { text: renderCommandHelp(`${name} ${word}`, command, paint) }
      : parseCommand(`${name} ${word}`, command, rest);
  if (asksHelp) return { text: renderGroupHelp(name, group, paint) };
  const all = Object.keys(group.commands).join(", ");
  return { problem: misuse("command_unknown", `rbsm ${name} needs one of: ${all}.`, `Run rbsm ${name} --help.`) };
}

/** A nonce, token or digest is random and may begin with a dash: after the flag it belongs to, it is a value. */
function withRandomValues(command: Command, words: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    const isTaken = (flag: string | undefined) => flag?.startsWith("--") && command.flags[flag.slice(2)]?.value;
    if (isTaken(words[at - 1]) && RANDOM.test(word)) return [];
    const following = words[at + 1] ?? "";
    return [isTaken(word) && RANDOM.test(following) ? `${word}=${following}` : word];
  });
}

const RANDOM = /^-[\w-]{30,}$/;

function parseCommand(name: string, command: Command, words: readonly string[]): Found {
  const next = `Run rbsm ${name} --help.`;
  try {
    const { values, positionals } = parseArgs({
      args: withRandomValues(command, words),
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(command.flags).map(([flag, { value }]) => [flag, { type: value ? "string" : "boolean" }]),
      ),
    });
    const least = command.positionals.filter((positional) => !positional.optional);
    const missing = least[positionals.length];
    if (missing) return { problem: misuse("argument_missing", `rbsm ${name} needs ${missing.name}.`, next) };
    const extra = positionals[command.positionals.length];
    if (extra !== undefined) return { problem: misuse("argument_unexpected", `“${extra}” is one too many.`, next) };
    return { command, flags: values as Given<Flags>, args: positionals };
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    return { problem: misuse("option_invalid", `${sentence}.`.replace(/\.\.$/, "."), next) };
  }
}

async function perform(
  command: Command,
  flags: Given<Flags>,
  args: readonly string[],
  voice: Voice,
): Promise<Outcome<Answer>> {
  try {
    return await command.run({ flags, args, voice });
  } catch (error) {
    return { ok: false, problem: fromError(error) };
  }
}

/** What the file system refuses is an answer; anything else that was thrown is a bug and says so. */
function fromError(error: unknown): CliProblem {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR")
    return misuse("file_missing", `${path ?? "A file"} is not there or is not what was expected.`, "Check the path.");
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return misuse("file_forbidden", `${path ?? "A file"} may not be read or written.`, "Check its permissions.");
  if (process.env.RBSM_DEBUG) process.stderr.write(`${(error as Error).stack}\n`);
  return {
    code: "internal_error",
    kind: "server",
    message: `rbsm failed unexpectedly: ${message}`,
    next: "Run it again with RBSM_DEBUG=1 and report what it prints.",
  };
}

const INTERRUPTED: Outcome<Answer> = {
  ok: false,
  problem: { code: "interrupted", kind: "interrupted", message: "Interrupted.", next: "Run the command again." },
};

/** Prints the one document, or the lines, and says how it ended. */
function conclude(outcome: Outcome<Answer>, isJson: boolean, voice: Voice): number {
  if (isJson) {
    const document = outcome.ok
      ? { ok: true, ...outcome.value.data }
      : { ok: false, problem: flatten(outcome.problem) };
    writeOut(`${JSON.stringify(document)}\n`);
  } else if (outcome.ok) {
    if (outcome.value.lines?.length) writeOut(`${outcome.value.lines.join("\n")}\n`);
  } else {
    const { message, next, code } = outcome.problem;
    voice.say(`${voice.paint("red", "✗")} ${message} ${voice.paint("dim", `(${code})`)}`);
    for (const line of listProblems(outcome.problem)) voice.say(`  ${line}`);
    if (next) voice.say(`  ${next}`);
  }
  if (outcome.ok) return 0;
  return outcome.problem.kind === "misuse" ? 2 : outcome.problem.kind === "interrupted" ? 130 : 1;
}

function flatten({ facts, ...problem }: CliProblem) {
  return { ...facts, ...problem };
}

/** Every single problem, where there is more than the one told already. */
function listProblems({ problems = [] }: CliProblem): readonly string[] {
  return problems.length < 2 ? [] : problems.map((one) => `${one.code} ${placeOf(one)}: ${one.detail}`);
}
