import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, inject, it } from "vitest";
import { sha256Hex } from "../../src/domain/digest.ts";
import { documentOf, rbsm } from "../cli/run-rbsm.ts";
import { trustFolder } from "../domain/tuf/repository.ts";

const { url, demo } = inject("marketplace");

it("the stock client pins the demo's root, finds a plugin and downloads its bundle", async () => {
  const root = new Uint8Array(await (await fetch(`${url}/tuf/1.root.json`)).arrayBuffer());
  const { client } = await trustFolder(root);
  await expect.poll(async () => (await fetch(`${url}/tuf/timestamp.json`)).status, { timeout: 30_000 }).toBe(200);
  const updater = client(`${url}/tuf`);
  await updater.refresh();
  const listed = await updater.getTargetInfo("index/pipeline-board.json");
  if (listed === undefined) throw new Error("the plugin is not listed");
  const index = JSON.parse(await readFile(await updater.downloadTarget(listed), "utf8"));
  expect(index).toMatchObject({ type: "rbsm-index/1", name: "pipeline-board" });
  const { version, sha256 } = index.releases[0];
  const target = await updater.getTargetInfo(`bundle/pipeline-board/${version}.rbsm`);
  if (target === undefined) throw new Error("the bundle is not listed");
  expect(target.hashes.sha256).toBe(sha256);
  expect(await sha256Hex(await readFile(await updater.downloadTarget(target)))).toBe(sha256);
});

it("rbsm pins the root, installs what the repository lists, and nothing of one it contradicts", {
  timeout: 120_000,
}, async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), "rbsm-pinned-"));
  const env = { XDG_STATE_HOME: path.join(home, "state"), RBSM_MARKETPLACE: url };
  const told = async (args: readonly string[], input?: string) => {
    const run = await rbsm([...args, "--json"], { cwd: home, env, ...(input === undefined ? {} : { input }) });
    return { code: run.code, ...documentOf(run) };
  };
  expect(await told(["login", "--marketplace", url, "--token-stdin"], demo.publisher.token)).toMatchObject({
    ok: true,
  });
  const root = new Uint8Array(await (await fetch(`${url}/tuf/1.root.json`)).arrayBuffer());
  await writeFile(path.join(home, "1.root.json"), root);
  await writeFile(path.join(home, "forged.json"), new TextDecoder().decode(root).replace('"version":1', '"version":2'));
  expect(await told(["root", "pin", "forged.json"])).toMatchObject({ code: 2, problem: { code: "root_invalid" } });
  const trust = (await (await fetch(`${url}/.well-known/rbsm-trust.json`)).json()) as { receiptKeys: unknown };
  const named = JSON.parse(new TextDecoder().decode(root)).signed["x-rbsm-keys"];
  expect(named.receipt).toEqual(trust.receiptKeys);
  expect(named.lease).toMatchObject([{ keyId: expect.stringMatching(/^l-[0-9a-f]{16}$/) }]);
  expect(await told(["root", "pin", "1.root.json"])).toMatchObject({ code: 0, version: 1 });
  const installed = await told(["install", "pipeline-board"]);
  expect(installed, JSON.stringify(installed)).toMatchObject({ code: 0 });
  expect(await told(["lock"])).toMatchObject({ code: 0 });

  // A client that saw later versions than it is shown now is being led back.
  const file = path.join(home, "state/rbsm/updates.json");
  const state = JSON.parse(await readFile(file, "utf8"));
  expect(state.marketplaces[url].timestamp.version).toBeGreaterThan(0);
  state.marketplaces[url].timestamp.version += 1_000_000;
  await writeFile(file, JSON.stringify(state));
  expect(await told(["install"])).toMatchObject({ code: 1, problem: { code: "tuf_version", kind: "trust" } });
  await rm(home, { recursive: true, force: true });
});
