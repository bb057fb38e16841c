import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { TOKEN } from "./marketplace-server.ts";
import { rbsm } from "./run-rbsm.ts";

const ACT = "act_0123456789ABCDEFGHJK";
const RUNS = [1, 2, 3].map((seq) => ({
  action: "request.created",
  kind: "event",
  version: "1.0.0",
  outcome: seq === 2 ? "plugin_error" : "ok",
  duration: seq,
  finishedAt: `2026-12-05T12:00:0${seq}.000Z`,
  logs: [{ level: "info", text: `line ${seq}` }],
  ...(seq === 2 ? { message: "boom\u001b[31m" } : {}),
}));

let server: Server;
let cwd: string;
let asked: string[] = [];

/** Streams what comes after the place asked for, one run per connection while it is followed. */
beforeAll(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), "rbsm-logs-"));
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    asked.push(`${url.pathname}${url.search}`);
    if (request.headers.authorization !== `Bearer ${TOKEN}` || url.pathname.includes("FOREIGN")) {
      response.writeHead(404, { "content-type": "application/problem+json" });
      response.end(JSON.stringify({ code: "installation_not_found", message: "Installation not found" }));
      return;
    }
    const after = Number(url.searchParams.get("after") ?? 0);
    const rest = RUNS.map((run, index) => ({ run, seq: index + 1 })).filter(({ seq }) => seq > after);
    const sent = url.searchParams.get("follow") === "1" ? rest.slice(0, 1) : rest;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("retry: 1000\n\n: still here\n\n");
    for (const { run, seq } of sent) response.write(`id: ${seq}\nevent: execution\ndata: ${JSON.stringify(run)}\n\n`);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.close();
  await rm(cwd, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
});

function run(...args: string[]) {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return rbsm(["logs", ...args, "--marketplace", origin], { cwd, env: { RBSM_TOKEN: TOKEN } });
}

it("shows what was kept, with log lines, and no terminal escape of a plugin", async () => {
  const { code, stdout } = await run(ACT);
  expect(code).toBe(0);
  expect(stdout.split("\n").filter((line) => line.includes("request.created"))).toHaveLength(3);
  expect(stdout).toContain("line 3");
  expect(stdout).toContain("boom");
  expect(stdout).not.toContain("\u001b[31m");
  const json = await run(ACT, "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: true,
    runs: [{ outcome: "ok" }, { outcome: "plugin_error" }, {}],
  });
});

it("follows on after every broken line from where it was", async () => {
  const { code, stdout } = await run(ACT, "--follow", "--limit", "3", "--json");
  expect(code).toBe(0);
  const lines = stdout.trim().split("\n");
  expect(lines.slice(0, 3).map((line) => JSON.parse(line).duration)).toEqual([1, 2, 3]);
  expect(asked.map((address) => new URLSearchParams(address.split("?")[1]).get("after"))).toEqual([null, "1", "2"]);
});

it("asks for a plugin of one's own by its number", async () => {
  expect((await run("--plugin", "42", "--json")).code).toBe(0);
  expect(asked[0]).toMatch(/^\/v1\/plugins\/42\/logs\?/);
});

it("says what was refused, and what is missing", async () => {
  const foreign = await run("FOREIGN", "--json");
  expect([foreign.code, JSON.parse(foreign.stdout).problem.code]).toEqual([1, "installation_not_found"]);
  expect((await run()).code).toBe(2);
  expect((await run(ACT, "--plugin", "42")).code).toBe(2);
  expect((await run(ACT, "--limit", "none")).code).toBe(2);
});
