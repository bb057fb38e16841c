import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { isGroup } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { cliReference } from "../../src/local/docs/cli-reference.ts";
import { documentOf, RBSM, rbsm, withFolder } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000 });

const NAMES = Object.entries(COMMANDS).flatMap(([name, node]) =>
  isGroup(node) ? Object.keys(node.commands).map((word) => [name, word]) : [[name]],
);

describe("rbsm", () => {
  it("lists every command with --help, on stdout and with 0", () =>
    withFolder(async (cwd) => {
      for (const flag of ["--help", "help", "-h"]) {
        const told = await rbsm([flag], { cwd });
        expect(told).toMatchObject({ code: 0, stderr: "" });
        for (const name of NAMES) expect(told.stdout).toContain(`  ${name.join(" ")} `);
      }
      expect((await rbsm(["keys", "--help"], { cwd })).stdout).toContain("keys enroll");
      expect((await rbsm(["--version"], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    }));

  it("explains every command and every option of it", () =>
    withFolder(async (cwd) => {
      const runs = await Promise.all(NAMES.map((name) => rbsm([...name, "--help"], { cwd })));
      for (const [i, told] of runs.entries()) {
        expect(told).toMatchObject({ code: 0, stderr: "" });
        expect(told.stdout).toContain(`Usage  rbsm ${NAMES[i]?.join(" ")}`);
        expect(told.stdout).toContain("--json");
        expect(told.stdout).not.toContain("\x1b");
      }
    }));

  it("answers misuse with 2, one sentence on stderr and nothing on stdout", () =>
    withFolder(async (cwd) => {
      const cases = [
        [],
        ["frobnicate"],
        ["keys"],
        ["keys", "burn"],
        ["build", "a", "b"],
        ["sign"],
        ["pack", "--fast"],
        ["init", "--name"],
      ];
      for (const told of await Promise.all(cases.map((args) => rbsm(args, { cwd })))) {
        expect(told.code).toBe(2);
        expect(told.stdout).toBe("");
        expect(told.stderr).toMatch(/^✗ .+\n( {2}.+\n)+$/);
        expect(told.stderr).not.toContain("at ");
      }
    }));

  it("answers misuse of every command as one document with --json", () =>
    withFolder(async (cwd) => {
      const runs = await Promise.all(NAMES.map((name) => rbsm([...name, "--no-such-option", "--json"], { cwd })));
      for (const told of runs) {
        expect(told).toMatchObject({ code: 2, stderr: "" });
        expect(documentOf(told)).toMatchObject({
          ok: false,
          problem: { code: "option_invalid", kind: "misuse", message: expect.any(String), next: expect.any(String) },
        });
        expect(told.stdout.trimEnd().split("\n")).toHaveLength(1);
      }
    }));

  it("does not take a name every object has for a command", () =>
    withFolder(async (cwd) => {
      for (const word of ["constructor", "__proto__", "toString"]) {
        expect((await rbsm([word, "--json"], { cwd })).code).toBe(2);
        expect((await rbsm(["keys", word, "--json"], { cwd })).code).toBe(2);
      }
    }));

  it("says in one sentence what the file system refused", () =>
    withFolder(async (cwd) => {
      await writeFile(path.join(cwd, "file"), "");
      const init = await rbsm(["init", "file/plugin", "--json"], { cwd });
      expect([init.code, documentOf(init).problem?.code]).toEqual([2, "file_missing"]);
      const build = await rbsm(["build", "nowhere", "--json"], { cwd });
      expect([build.code, documentOf(build).problem?.code]).toEqual([2, "project_missing"]);
    }));

  it("is interrupted with 130, also as a document", () =>
    withFolder(async (cwd) => {
      // A marketplace that takes the call and never answers.
      let isAsked = () => {};
      const asked = new Promise<void>((resolve) => {
        isAsked = resolve;
      });
      const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => isAsked());
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { port: number };
      const child = spawn(RBSM, ["whoami", "--json"], {
        cwd,
        env: { PATH: process.env.PATH, RBSM_TOKEN: "rbsm_pat_x", RBSM_MARKETPLACE: `http://127.0.0.1:${port}` },
      });
      let stdout = "";
      child.stdout.on("data", (part) => {
        stdout += part;
      });
      await asked;
      child.kill("SIGINT");
      const code = await new Promise((resolve) => child.on("close", resolve));
      server.close();
      expect(code).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, problem: { code: "interrupted", kind: "interrupted" } });
    }));
});

describe("an older Node", () => {
  const old = `--import=data:text/javascript,${encodeURIComponent(
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.9.0" } });',
  )}`;
  const start = (args: readonly string[], env: Record<string, string>) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, ...env } });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (part) => {
        stdout += part;
      });
      child.stderr.on("data", (part) => {
        stderr += part;
      });
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });

  it("hands over to the Node of the project, with arguments and exit code", async () => {
    expect(await start([old, RBSM, "--version"], {})).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d/) });
    expect(await start([old, RBSM, "frobnicate"], {})).toMatchObject({ code: 2 });
  });

  it("that finds no other says so in one sentence and ends with 2", async () => {
    const told = await start([RBSM, "--version"], { NODE_OPTIONS: old });
    expect(told).toMatchObject({ code: 2, stdout: "" });
    expect(told.stderr).toMatch(/^rbsm needs Node 22\.18 or newer, this is 20\.9\.0; .+\n$/);
  });
});

describe("the documentation", () => {
  it("holds every command, as the declarations give it", () => {
    const page = cliReference();
    for (const name of NAMES) expect(page).toContain(`## \`rbsm ${name.join(" ")}\` {#${name.join("-")}}`);
  });
});
