import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const START = path.resolve(import.meta.dirname, "../../src/local/start.mjs");
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-start-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
/** A test that ran out of time leaves nothing behind: its launchers end what they started, or are ended with it. */
const started = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of started) {
    started.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = ended(child);
    child.kill("SIGINT");
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 5_000))]);
    child.kill("SIGKILL");
  }
  for (const name of await readdir(folder)) {
    const text = await readFile(path.join(folder, name, "launcher.json"), "utf8").catch(() => "{}");
    for (const group of (JSON.parse(text) as { groups?: number[] }).groups ?? []) endGroup(group);
  }
});

function endGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It is gone.
  }
}

function start(
  args: readonly string[],
  command: readonly string[] = [process.execPath],
): ChildProcess & { output: () => string } {
  const [program, ...before] = command as [string, ...string[]];
  const child = spawn(program, [...before, START, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  started.add(child);
  let output = "";
  child.stdout.on("data", (part) => {
    output += part;
  });
  child.stderr.on("data", (part) => {
    output += part;
  });
  return Object.assign(child, { output: () => output });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on("exit", (code) => resolve(code)));
}

/** Milliseconds until both Workers are built and run, on a machine that does much else. */
const PATIENCE = 150_000;

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Does the process group still hold a process? */
function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

describe("npm start", () => {
  it("says in one sentence that the port is busy", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const { port } = server.address() as net.AddressInfo;
    const child = start(["--port", String(port), "--data", path.join(folder, "busy")]);
    expect(await ended(child)).toBe(1);
    expect(child.output().trim()).toBe(
      `Port ${port} is already in use: stop what runs there, or choose another with --port.`,
    );
    server.close();
  });

  it("says in one sentence that it cannot write", async () => {
    const file = path.join(folder, "a-file");
    await writeFile(file, "");
    await chmod(file, 0o400);
    const child = start(["--port", String(await freePort()), "--data", path.join(file, "data")]);
    expect(await ended(child)).toBe(1);
    expect(child.output()).toMatch(/^Cannot write to .*a-file\/data: choose another folder with --data/);
    expect(child.output().trim().split("\n")).toHaveLength(1);
  });

  it("explains its options and refuses unknown ones", { timeout: 20_000 }, async () => {
    const help = start(["--help"]);
    expect(await ended(help)).toBe(0);
    for (const option of ["--port", "--data", "--fresh", "--no-demo"]) expect(help.output()).toContain(option);
    for (const args of [
      ["--prot", "1"],
      ["--port", "99999"],
      ["--port", "x"],
    ]) {
      const child = start(args);
      expect(await ended(child), args.join(" ")).toBe(2);
      expect(child.output()).toContain("--port N");
    }
  });

  it("runs, keeps its secrets private, refuses a second launcher on the same data, and ends on Ctrl-C", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const data = path.join(folder, "data");
    const port = await freePort();
    const child = start(["--port", String(port), "--data", data, "--no-demo"]);
    await expect.poll(() => child.output(), { timeout: PATIENCE }).toContain("Ctrl-C ends everything");
    const health = await fetch(`http://localhost:${port}/health`);
    expect(await health.json()).toEqual({ status: "ok" });
    expect((await stat(path.join(data, "secrets.json"))).mode & 0o777).toBe(0o600);
    const { groups } = JSON.parse(await readFile(path.join(data, "launcher.json"), "utf8")) as { groups: number[] };
    expect(groups).toHaveLength(2);

    const second = start(["--port", String(await freePort()), "--data", data, "--no-demo"]);
    expect(await ended(second)).toBe(1);
    expect(second.output()).toMatch(/already runs on this data \(process \d+\)/);

    const gone = ended(child);
    child.kill("SIGINT");
    // As a terminal does: once to the whole group, once more by whoever forwards it.
    await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    expect(await gone).toBe(0);
    await expect(stat(path.join(data, "launcher.json"))).rejects.toThrow();
    await expect(fetch(`http://localhost:${port}/health`)).rejects.toThrow();
    await expect.poll(() => groups.filter(isAlive), { timeout: 5_000 }).toEqual([]);
  });

  it("ends with a sentence when the marketplace died", { timeout: 2 * PATIENCE }, async () => {
    const data = path.join(folder, "data");
    const child = start(["--port", String(await freePort()), "--data", data, "--no-demo"]);
    await expect.poll(() => child.output(), { timeout: PATIENCE }).toContain("Ctrl-C ends everything");
    const { groups } = JSON.parse(await readFile(path.join(data, "launcher.json"), "utf8")) as { groups: number[] };
    const gone = ended(child);
    process.kill(-(groups[0] as number), "SIGKILL");
    expect(await gone).toBe(1);
    expect(child.output()).toContain("The marketplace ended unexpectedly: see ");
    await expect.poll(() => groups.filter(isAlive), { timeout: 5_000 }).toEqual([]);
  });
});
