import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import { ok } from "../../../domain/result.ts";
import { misuse, type Outcome } from "../../problem.ts";

export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly TestResult[];
}
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly state: string;
  readonly message?: string;
}

const REPORT = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/**
 * Runs `test/*.test.ts` of a project with vitest: the project's own, else the one beside this CLI. What vitest says goes
 * to stderr unless `isQuiet`; a failed test is no problem here, but a run that did not come about is.
 */
export async function runTests(folder: string, options: { readonly isQuiet: boolean }): Promise<Outcome<TestReport>> {
  const root = path.resolve(folder);
  const vitest = findVitest(root);
  if (vitest === null)
    return {
      ok: false,
      problem: misuse("vitest_missing", "vitest is not installed.", "Run npm install --save-dev vitest."),
    };
  const scratch = await mkdtemp(path.join(os.tmpdir(), "rbsm-test-"));
  try {
    const file = path.join(scratch, "report.json");
    const output = await startVitest(vitest, root, file, options.isQuiet);
    const text = await readFile(file, "utf8").catch(() => null);
    const report = text === null ? null : REPORT.safeParse(JSON.parse(text));
    if (!report?.success) return { ok: false, problem: tellNoRun(output) };
    return ok(showReport(root, report.data));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function findVitest(root: string): string | null {
  const folder = findVitestFolder(path.join(root, "package.json")) ?? findVitestFolder(import.meta.filename);
  return folder === null ? null : path.join(folder, "vitest.mjs");
}

/** The vitest a file would import; null without one. */
export function findVitestFolder(importer: string): string | null {
  try {
    return path.dirname(createRequire(importer).resolve("vitest/package.json"));
  } catch {
    return null;
  }
}

function startVitest(vitest: string, root: string, file: string, isQuiet: boolean): Promise<string> {
  const config = path.join(import.meta.dirname, "vitest-config.ts");
  const words = ["run", "--root", root, "--config", config, "--passWithNoTests"];
  const reporters = [...(isQuiet ? [] : ["--reporter=default"]), "--reporter=json", `--outputFile.json=${file}`];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitest, ...words, ...reporters], {
      cwd: root,
      env: { ...process.env, ...colorsOf(process.env), RBSM_VITEST: path.join(path.dirname(vitest), "dist/index.js") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const take = (part: string) => {
      output += part;
      if (!isQuiet) process.stderr.write(part);
    };
    child.stderr.setEncoding("utf8").on("data", take);
    // Line by line: where the report went is nobody's business.
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("JSON report written to")) take(`${line}\n`);
    });
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}

/** Colour on a terminal only: what vitest writes goes through us, and some build machines make it colour everything. */
function colorsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isColored = process.stderr.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  return isColored ? { FORCE_COLOR: "1" } : { NO_COLOR: "1", FORCE_COLOR: undefined };
}

function showReport(root: string, report: z.infer<typeof REPORT>): TestReport {
  const tests = report.testResults.flatMap(({ name, message, assertionResults }): readonly TestResult[] => {
    const file = path.relative(root, name);
    if (assertionResults.length === 0) return [{ file, name: file, state: "failed", message: message ?? "" }];
    return assertionResults.map(({ fullName, status, failureMessages }) => ({
      file,
      name: fullName,
      state: status,
      ...(failureMessages?.length ? { message: failureMessages[0] ?? "" } : {}),
    }));
  });
  return {
    passed: tests.filter(({ state }) => state === "passed").length,
    failed: tests.filter(({ state }) => state === "failed").length,
    tests,
  };
}

function tellNoRun(output: string) {
  return {
    code: "test_not_run",
    kind: "bundle" as const,
    message: "The tests could not be run.",
    next: "Read what vitest said.",
    facts: { output: output.slice(-4000) },
  };
}
