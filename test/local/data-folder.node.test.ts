import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDataFolder } from "../../src/local/data-folder.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-folder-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A process at the head of its own group that runs a file of this name and does nothing. */
async function idle(file: string): Promise<{ pid: number; ended: Promise<string | null> }> {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
  await writeFile(path.join(folder, file), "console.log('up'); setInterval(() => {}, 1000);");
  const child = spawn(process.execPath, [path.join(folder, file)], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<string | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return { pid: child.pid as number, ended };
}

it("ends the hosts a killed launcher left, and no stranger who was given their number since", async () => {
  const host = await idle("src/local/sandbox-host.ts");
  const stranger = await idle("editor.ts");
  const gone = await idle("launcher.ts");
  process.kill(gone.pid, "SIGKILL");
  await gone.ended;
  const root = path.join(folder, "data");
  await mkdir(root);
  await writeFile(
    path.join(root, "launcher.json"),
    JSON.stringify({ pid: gone.pid, groups: [host.pid, stranger.pid] }),
  );

  await openDataFolder(root, { fresh: false });

  expect(await host.ended).toBe("SIGKILL");
  expect(process.kill(stranger.pid, 0)).toBe(true);
  expect(JSON.parse(await readFile(path.join(root, "launcher.json"), "utf8"))).toEqual({
    pid: process.pid,
    groups: [],
  });
  process.kill(stranger.pid, "SIGTERM");
  expect(await stranger.ended).toBe("SIGTERM");
});
