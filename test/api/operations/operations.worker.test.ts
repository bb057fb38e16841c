import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import worker from "../../../src/worker.ts";
import { passTime } from "../../clock.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import { operatorToken } from "../publish/market.worker.ts";

async function sweep(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled?.({ cron: "* * * * *", scheduledTime: Date.now(), noRetry: () => {} }, env, context);
  await waitOnExecutionContext(context);
}

async function status() {
  const answer = await call("GET", "/v1/status", { bearer: await operatorToken() });
  const part = (name: string) => answer.body.parts.find((one: { part: string }) => one.part === name);
  return { ...answer, part };
}

describe("the state of the service", () => {
  it("names every part, and what is wrong with it", async () => {
    const before = await status();
    expect(before.status).toBe(200);
    expect(before.part("sweep")).toMatchObject({ state: "degraded", detail: "never ran" });
    await sweep();
    const after = await status();
    expect(after.body.status).toBe("ok");
    expect(after.body.parts.map(({ part, state }: { part: string; state: string }) => [part, state])).toEqual([
      ["database", "ok"],
      ["bundles", "ok"],
      ["keys", "ok"],
      ["sandbox", "ok"],
      ["sweep", "ok"],
      ["queues", "ok"],
      ["updates", "off"],
    ]);
    passTime(600);
    const late = await status();
    expect(late.body.status).toBe("degraded");
    expect(late.part("sweep")).toMatchObject({ state: "degraded" });
  });

  it("is for operators; whether the service is up at all is for everybody", async () => {
    for (const path of ["/v1/status", "/v1/metrics"]) expect((await call("GET", path)).status).toBe(401);
    for (const path of ["/health", "/v1/health"])
      expect(await call("GET", path)).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  it("is told to Prometheus, too", async () => {
    await sweep();
    const answer = await exports.default.fetch(`${ORIGIN}/v1/metrics`, {
      headers: { authorization: `Bearer ${await operatorToken()}` },
    });
    const text = await answer.text();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      "text/plain; version=0.0.4; charset=utf-8",
    ]);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) rbsm_[a-z_]+ .+|rbsm_[a-z_]+(?:\{[a-z]+="[a-z]+"\})? -?[0-9.]+)$/);
    expect(text).toContain('rbsm_part_up{part="database"} 1\n');
    expect(text).toContain("rbsm_up 1\n");
    expect(text).toMatch(/rbsm_waiting\{kind="releases"\} 0\n/);
    expect(text).toMatch(/rbsm_database_bytes [1-9]/);
  });
});

describe("the minute's sweep", () => {
  it("looks at every blocked bundle once, for the edge cache to forget it", async () => {
    await sweep();
    const mark = () =>
      env.DB.prepare("SELECT mark FROM sweep_marks WHERE name = 'operations:purged'").first<string>("mark");
    const row = await env.DB.prepare(
      "INSERT INTO changes (at, kind, subject, data) VALUES (1, 'release.blocked', 'x', ?) RETURNING id",
    )
      .bind(JSON.stringify({ version: "1.0.0", sha256: "ab".repeat(32) }))
      .first<number>("id");
    await sweep();
    expect(await mark()).toBe(String(row));
  });
});

it("says where weaknesses are told (RFC 9116)", async () => {
  const answer = await exports.default.fetch(`${ORIGIN}/.well-known/security.txt`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; charset=UTF-8"]);
  const fields = new Map(
    (await answer.text())
      .trimEnd()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)] as const),
  );
  expect([...fields.keys()]).toEqual(["Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"]);
  expect(fields.get("Contact")).toBe("mailto:security@localhost");
  const left = Date.parse(fields.get("Expires") ?? "") - Date.now();
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(365 * 86_400_000);
});
