import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { initRoot, readCeremony, rotateRoot, signFile } from "../../src/cli/work/root-folder.ts";
import type { Root } from "../../src/domain/tuf/metadata.ts";
import { verifyRoot, verifyTargets } from "../../src/domain/tuf/verify-document.ts";
import { rbsm } from "./run-rbsm.ts";

const NOON = 1_800_000_000;
let folder: string;
const keyFiles = async (role: string) =>
  (await readdir(path.join(folder, "private")))
    .filter((name) => name.startsWith(`${role}-`))
    .map((name) => path.join(folder, "private", name));
const read = async (name: string) => new Uint8Array(await readFile(path.join(folder, name)));
const rootOf = async (name: string) =>
  (JSON.parse(await readFile(path.join(folder, name), "utf8")) as { signed: Root }).signed;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-root-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("three people make a root: nobody but the owner reads a key, and two signatures are enough, one is not", async () => {
  const drafted = await initRoot(folder, NOON, { receipt: [], lease: [], log: [] });
  if (!drafted.ok) throw new Error(drafted.problem.message);
  expect(drafted.value.made).toHaveLength(10);
  for (const { file } of drafted.value.made) expect((await stat(file)).mode & 0o777).toBe(0o600);
  const [anna = "", ben = ""] = await keyFiles("root");
  await signFile(drafted.value.root.file, anna);
  expect(await verifyRoot(await read("1.root.json"), null, NOON)).toMatchObject({
    problem: { reason: "tuf_threshold" },
  });
  expect(await signFile(drafted.value.root.file, ben)).toMatchObject({ ok: true, value: { signatures: 2 } });
  expect(await verifyRoot(await read("1.root.json"), null, NOON)).toMatchObject({ ok: true });
  for (const file of (await keyFiles("targets")).slice(1)) await signFile(drafted.value.targets.file, file);
  expect(await verifyTargets(await read("1.targets.json"), await rootOf("1.root.json"), 0, NOON)).toMatchObject({
    ok: true,
  });
  expect(await initRoot(folder, NOON, { receipt: [], lease: [], log: [] })).toMatchObject({
    problem: { code: "root_exists" },
  });
});

it("a rotation replaces one person; people before and after sign it", async () => {
  const before = await readCeremony(folder);
  if (!before.ok) throw new Error("no root");
  const [out = ""] = before.value.root.signed.roles.root.keyids;
  const old = await keyFiles("root");
  const drafted = await rotateRoot(folder, NOON + 10, out.slice(0, 16));
  if (!drafted.ok) throw new Error(drafted.problem.message);
  expect(drafted.value.made.map(({ role }) => role)).toEqual(["root"]);
  expect((await rootOf("2.root.json")).roles.root.keyids).not.toContain(out);
  for (const file of old.filter((name) => !name.includes(out.slice(0, 16))))
    await signFile(drafted.value.root.file, file);
  expect(await verifyRoot(await read("2.root.json"), await rootOf("1.root.json"), NOON + 10)).toMatchObject({
    ok: true,
  });
  expect(await rotateRoot(folder, NOON, "f".repeat(64))).toMatchObject({ problem: { code: "key_unknown" } });
});

it("says what is wrong and what to do next", async () => {
  const missing = await rbsm(["root", "publish", "--dir", path.join(folder, "nowhere")], { cwd: folder });
  expect([missing.code, missing.stderr.includes("rbsm root init")]).toEqual([2, true]);
  const [key = ""] = await keyFiles("root");
  const signed = await rbsm(["root", "sign", path.join(folder, "2.root.json"), "--key", key, "--json"], {
    cwd: folder,
  });
  expect([signed.code, JSON.parse(signed.stdout).signatures]).toEqual([0, 3]);
  const wrong = await rbsm(["root", "sign", key, "--key", key], { cwd: folder });
  expect([wrong.code, wrong.stderr.includes("no document")]).toEqual([2, true]);
});

it("the next root names the keys of receipts and leases, when the lists of the marketplace are handed over", async () => {
  const trust = path.join(folder, "rbsm-trust.json");
  const jwks = path.join(folder, "jwks.json");
  await writeFile(trust, JSON.stringify({ marketplace: "m", receiptKeys: [{ keyId: "ab", publicKey: "cd" }] }));
  await writeFile(jwks, JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", kid: "l-1", x: "AAEC" }] }));
  const env = { XDG_CONFIG_HOME: folder };
  const rotated = await rbsm(["root", "rotate", "--dir", folder, "--trust", trust, "--jwks", jwks], {
    cwd: folder,
    env,
  });
  expect(rotated.code, rotated.stderr).toBe(0);
  const newest = await readCeremony(folder);
  expect(newest.ok && newest.value.root.signed["x-rbsm-keys"]).toEqual({
    receipt: [{ keyId: "ab", publicKey: "cd" }],
    lease: [{ keyId: "l-1", publicKey: "000102" }],
    log: [],
  });
  await writeFile(jwks, "{}");
  expect((await rbsm(["root", "rotate", "--dir", folder, "--jwks", jwks], { cwd: folder, env })).code).toBe(2);
});
