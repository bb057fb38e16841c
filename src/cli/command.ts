import type { Outcome } from "./problem.ts";
import type { Voice } from "./voice.ts";

/** One option of a command. A `value` names what follows it; without one it is a switch. */
export interface Flag {
  readonly summary: string;
  readonly value?: string;
}
export interface Positional {
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
}
export type Flags = { readonly [name: string]: Flag };

/** What was typed, parsed: text for options with a value, true for switches. */
export type Given<F extends Flags> = {
  readonly [N in keyof F]?: F[N] extends { readonly value: string } ? string : true;
};

/** What a command has to show: `data` for `--json`, `lines` for a person; both go to stdout. */
export interface Answer {
  readonly data: { readonly [name: string]: unknown };
  readonly lines?: readonly string[];
}

export interface Call<F extends Flags> {
  readonly flags: Given<F>;
  readonly args: readonly string[];
  readonly voice: Voice;
}

/** A declaration and a thin voice: `run` calls a function of `work/` and says what came of it. */
export interface Command {
  readonly summary: string;
  /** Paragraphs below the summary in `--help`. */
  readonly details?: readonly string[];
  readonly positionals: readonly Positional[];
  readonly flags: Flags;
  readonly examples: readonly string[];
  run(call: Call<Flags>): Promise<Outcome<Answer>>;
}
export interface Group {
  readonly summary: string;
  readonly commands: { readonly [name: string]: Command };
}

/** Gives `run` the exact type of its options; the table holds commands of every kind. */
export function command<const F extends Flags>(
  declaration: Omit<Command, "flags" | "run"> & {
    readonly flags: F;
    run(call: Call<F>): Promise<Outcome<Answer>>;
  },
): Command {
  return declaration as unknown as Command;
}

export function isGroup(node: Command | Group): node is Group {
  return "commands" in node;
}
