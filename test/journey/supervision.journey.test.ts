import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { capabilitiesOf, closureDigestOf, parseManifest } from "../../src/domain/manifest/manifest.ts";
import { ownPlugin } from "../bundles.ts";
import { rbsm } from "../cli/run-rbsm.ts";
import { FrontDoor } from "../front-door.ts";
import { Connector, send } from "./connector.ts";

const { url, demo } = inject("marketplace");
const V1 = `${url}/v1`;
const instance = new Connector(V1, demo.instance);

const SLOW = `export default {
  lifecycle: { install: (context) => { context.log.info("hello"); } },
  events: { "request.created": () => {} },
  routes: {
    "GET /slow": async (context) => {
      for (let n = 1; n < 400; n++) {
        await context.storage.set("n", n);
        await new Promise((done) => setTimeout(done, 50));
      }
      return { body: "too late" };
    },
  },
};
`;

let cwd = "";
let act = "";
beforeAll(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), "rbsm-supervision-"));
  const door = new FrontDoor(url, (address, init) => fetch(address, init));
  door.operator = demo.operator.token;
  const publisher = await door.addPublisher("slowware", 77);
  const manifest = { type: "mixed", routes: [{ method: "GET", path: "/slow", access: "public" }] };
  const plugin = await ownPlugin({ publisher: "slowware", name: "slow-plugin", server: SLOW, manifest });
  const { pluginId } = await door.publish(publisher, plugin);
  const { body } = await send(`${V1}/plugins/${pluginId}/versions/1.0.0`);
  const parsed = parseManifest(body.manifest);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem));
  const license = await instance.call("POST", "/licenses", { pluginId, userId: "1", type: "free" });
  const installed = await instance.call("POST", "/installations", {
    pluginId,
    licenseKey: license.body.licenseKey,
    hardwareId: "5d".repeat(32),
    version: "1.0.0",
    grantedPermissions: body.manifest.permissions.map(({ code }: { code: string }) => code),
    closureDigest: await closureDigestOf(capabilitiesOf(parsed.value)),
  });
  act = installed.body.activationId;
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

function logs(...args: string[]) {
  const env = { RBSM_TOKEN: demo.publisher.token };
  return rbsm(["logs", act, "--marketplace", url, "--json", ...args], { cwd, env });
}

it("stops a plugin of the other process while it runs, and shows what happened in the log", async () => {
  const following = logs("--follow", "--limit", "1");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const route = fetch(`${url}/run/${act}/slow`);
  const kept = async () => (await instance.call("GET", `/installations/${act}/storage`)).body.items[0]?.value ?? 0;
  for (let tries = 0; (await kept()) < 3 && tries < 100; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const stopped = await instance.call("POST", `/installations/${act}/suspend`, { reason: "Too slow" });
  expect(stopped.body).toMatchObject({ suspended: true, suspension: { reason: "Too slow" } });
  const answer = await route;
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, "plugin_stopped"]);
  const before = await kept();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await kept()).toBe(before);
  expect((await fetch(`${url}/run/${act}/slow`)).status).toBe(503);

  const { code, stdout } = await following;
  expect(code).toBe(0);
  expect(JSON.parse(stdout.split("\n")[0] ?? "")).toMatchObject({ action: "GET /slow", outcome: "stopped" });
  const { runs } = JSON.parse((await logs()).stdout);
  expect(runs.map((run: { action: string; outcome: string }) => `${run.action} ${run.outcome}`)).toEqual([
    "install ok",
    "activate ok",
    "GET /slow stopped",
  ]);
  expect(runs[0].logs).toEqual([{ level: "info", text: "hello" }]);
});
