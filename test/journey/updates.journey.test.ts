import { readFile } from "node:fs/promises";
import { expect, inject, it } from "vitest";
import { sha256Hex } from "../../src/domain/digest.ts";
import { trustFolder } from "../domain/tuf/repository.ts";

const { url } = inject("marketplace");

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
