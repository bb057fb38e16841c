import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { type Command, isGroup } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { renderCompletion, SHELLS } from "../../src/cli/work/completion.ts";
import { writeConfig } from "../../src/cli/work/config.ts";
import { type Diagnosis, examine } from "../../src/cli/work/doctor.ts";
import { createKey } from "../../src/cli/work/key-store.ts";
import { login } from "../../src/cli/work/session.ts";
import { startMarketplace, TOKEN } from "./marketplace-server.ts";
import { documentOf, rbsm, withFolder } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 60_000 });

const examineHere = (cwd: string, more: { origin?: string; nodeVersion?: string; now?: () => number } = {}) =>
  examine({ env: { XDG_CONFIG_HOME: cwd }, nodeVersion: "24.1.0", now: Date.now, ...more });
const resultsOf = (all: readonly Diagnosis[]) => Object.fromEntries(all.map(({ check, result }) => [check, result]));

describe("doctor", () => {
  it("warns of what is missing before the first login, and says what to do", () =>
    withFolder(async (cwd) => {
      const checks = await examineHere(cwd);
      expect(resultsOf(checks)).toMatchObject({
        node: "ok",
        sdk: "ok",
        modes: "ok",
        keys: "warn",
        marketplace: "warn",
      });
      for (const { result, next } of checks) expect(next === "").toBe(result === "ok");
    }));

  it("fails an old Node, files that others can read, and a configuration that is none", () =>
    withFolder(async (cwd) => {
      await createKey({ env: { XDG_CONFIG_HOME: cwd } });
      await chmod(path.join(cwd, "rbsm/keys/default.pem"), 0o644);
      await writeFile(path.join(cwd, "rbsm/config.json"), "{}", { mode: 0o600 });
      const checks = await examineHere(cwd, { nodeVersion: "20.9.0" });
      expect(resultsOf(checks)).toMatchObject({ node: "fail", modes: "fail", config: "fail", keys: "fail" });
      expect(checks.find(({ check }) => check === "modes")?.next).toContain("chmod 600");
    }));

  it("asks the marketplace: reachable, clock, pinned keys, token", () =>
    withFolder(async (cwd) => {
      const marketplace = await startMarketplace();
      try {
        const env = { XDG_CONFIG_HOME: cwd };
        marketplace.stage.overrides.set("GET /v1/health", { status: 200, body: { status: "ok" } });
        const time = { now: new Date().toISOString(), verdict: "signed" };
        marketplace.stage.overrides.set("GET /v1/time", { status: 200, body: time });
        const session = await login({ env, origin: marketplace.origin, token: TOKEN, acceptsNewKeys: false });
        expect(session.ok).toBe(true);
        const good = resultsOf(await examineHere(cwd));
        expect(good).toMatchObject({ reachable: "ok", clock: "ok", pinned: "ok", token: "ok" });
        const late = resultsOf(await examineHere(cwd, { now: () => Date.now() + 3_600_000 }));
        expect(late.clock).toBe("fail");
        marketplace.stage.seed = 99;
        expect(resultsOf(await examineHere(cwd)).pinned).toBe("fail");
      } finally {
        await marketplace.close();
      }
      expect(resultsOf(await examineHere(cwd)).reachable).toBe("fail");
    }));

  it("ends with 0 or 1, as lines or as one document", () =>
    withFolder(async (cwd) => {
      const fine = await rbsm(["doctor"], { cwd });
      expect(fine).toMatchObject({ code: 0, stderr: "" });
      expect(fine.stdout).toMatch(/^ok +node +Node \d+/);
      await mkdir(path.join(cwd, "config/rbsm"), { recursive: true });
      await writeConfig({ XDG_CONFIG_HOME: path.join(cwd, "config") }, { marketplaces: {} });
      await chmod(path.join(cwd, "config/rbsm"), 0o755);
      const bad = await rbsm(["doctor", "--json"], { cwd });
      expect(bad.code).toBe(1);
      expect(documentOf(bad).problem).toMatchObject({ code: "doctor_failed", checks: expect.any(Array) });
    }));
});

describe("completion", () => {
  const complete = async (words: readonly string[]) => {
    const script = `${renderCompletion("bash", COMMANDS)}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})\nCOMP_CWORD=${words.length - 1}\n_rbsm rbsm '${words.at(-1)}' x\necho "\${COMPREPLY[@]}"\n`;
    return (await promisify(execFile)("bash", ["-c", script])).stdout.trim().split(" ");
  };

  it("offers commands, the words of groups and the options of each, in bash", async () => {
    expect(await complete(["rbsm", "ch"])).toEqual(["check"]);
    expect(await complete(["rbsm", "keys", "ex"])).toEqual(["export"]);
    expect(await complete(["rbsm", "keys", "export", "--p"])).toEqual(["--pem"]);
    expect(await complete(["rbsm", "pack", "--si"])).toEqual(expect.arrayContaining(["--since", "--sizes"]));
  });

  const rows = Object.entries(COMMANDS).flatMap(([name, node]): readonly [string, Command][] =>
    isGroup(node)
      ? Object.entries(node.commands).map(([word, command]): [string, Command] => [`${name} ${word}`, command])
      : [[name, node]],
  );

  it("knows every command and every option of it in every shell", () => {
    const [bash, zsh, fish] = SHELLS.map((shell) => renderCompletion(shell, COMMANDS).split("\n")) as [
      string[],
      string[],
      string[],
    ];
    for (const [words, command] of rows) {
      const flags = [...Object.keys(command.flags), "json", "help"];
      const inBash = bash.find((line) => line.startsWith(`      "${words}") words=`)) ?? "";
      const inZsh = zsh.find((line) => line.startsWith(`      '${words}') rows=`)) ?? "";
      const seen = words.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
      const inFish = fish.filter((line) => line.startsWith(`complete -c rbsm -n '${seen.join("; and ")}' `));
      for (const flag of flags) {
        expect(inBash.split(/[" ]/), `bash ${words}`).toContain(`--${flag}`);
        expect(inZsh, `zsh ${words}`).toContain(`'--${flag}:`);
        expect(
          inFish.some((line) => line.includes(` -l ${flag} `)),
          `fish ${words} ${flag}`,
        ).toBe(true);
      }
    }
  });

  it("is sound text in every shell: bash reads its own and zsh's, which uses nothing else; fish's holds to its grammar", async () => {
    for (const shell of ["bash", "zsh"] as const)
      await promisify(execFile)("bash", ["-n", "-c", renderCompletion(shell, COMMANDS)]);
    const fish = renderCompletion("fish", COMMANDS).trimEnd().split("\n");
    const quoted = "'(?:[^'\\\\]|\\\\.)*'";
    const line = new RegExp(`^complete -c rbsm(?: -n (?:${quoted}|\\w+)| -f| -a [a-z-]+| -l [a-z-]+| -d ${quoted})+$`);
    for (const one of fish.slice(1)) expect(one).toMatch(line);
    expect(renderCompletion("zsh", COMMANDS)).toContain("marketplace'\\''s");
  });

  it("refuses a shell it does not know", () =>
    withFolder(async (cwd) => {
      expect((await rbsm(["completion", "cmd"], { cwd })).code).toBe(2);
      expect((await rbsm(["completion", "bash"], { cwd })).stdout).toContain("complete -o default -F _rbsm rbsm");
    }));
});
