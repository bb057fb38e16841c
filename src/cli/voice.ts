import { writeSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";

/** How the CLI speaks: talk goes to stderr, data (which `main` prints) to stdout. */
export interface Voice {
  /** One line for the person who waits. Silent facts belong into the answer, not here. */
  say(line: string): void;
  /** Replaces the line before on a terminal; says nothing elsewhere. */
  progress(line: string): void;
  readonly paint: Paint;
  /** yes, no, or nobody there to answer. */
  confirm(question: string): Promise<"yes" | "no" | "nobody">;
}

export type Paint = (style: keyof typeof STYLES, text: string) => string;

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export function makeVoice(env: NodeJS.ProcessEnv): Voice {
  const isTerminal = process.stderr.isTTY === true;
  let isProgressShown = false;
  return {
    paint: painter(isTerminal, env),
    say(line) {
      if (isProgressShown) process.stderr.write("\r\x1b[2K");
      isProgressShown = false;
      process.stderr.write(`${line}\n`);
    },
    progress(line) {
      if (!isTerminal) return;
      isProgressShown = true;
      process.stderr.write(`\r\x1b[2K${line}`);
    },
    confirm: makeAsker(),
  };
}

const BAR_WIDTH = 24;

/** `Sending ██████░░░░ 25 %`, for `progress`; a total of 0 counts as done. */
export function progressBar(what: string, done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const full = Math.floor(share * BAR_WIDTH);
  return `${what} ${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${Math.floor(share * 100)} %`;
}

/** Colour on a terminal only, and never where NO_COLOR is set (no-color.org) or the terminal is dumb. */
export function painter(isTerminal: boolean, env: NodeJS.ProcessEnv): Paint {
  const isColored = isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
  return (style, text) => (isColored ? `\x1b[${STYLES[style]}m${text}\x1b[0m` : text);
}

/** All of it, also when the reader is slow: a document cut short would still look like an answer. */
export function writeOut(text: string): void {
  const bytes = Buffer.from(text);
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EPIPE") return;
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

/** Reads answers line by line. While nothing is asked it does not keep the process alive. */
function makeAsker(): (question: string) => Promise<"yes" | "no" | "nobody"> {
  const answers: string[] = [];
  let isOver = false;
  let lines: Interface | undefined;
  let wake = () => {};
  return async (question) => {
    process.stderr.write(`${question} [y/N] `);
    if (!lines) {
      lines = createInterface({ input: process.stdin });
      lines.on("line", (line) => {
        answers.push(line);
        wake();
      });
      lines.on("close", () => {
        isOver = true;
        wake();
      });
    }
    if (!isOver) lines.resume();
    while (answers.length === 0 && !isOver)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    if (!isOver) lines.pause();
    const answer = answers.shift();
    if (answer === undefined) return "nobody";
    return /^y(es)?$/i.test(answer.trim()) ? "yes" : "no";
  };
}
