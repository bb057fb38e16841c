import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  initKeyset,
  makeKey,
  makeRoot,
  newestDocuments,
  readPlan,
  signKeyset,
  writePlan,
} from "../../src/cli/work/keyset-folder.ts";
import { openKeyset } from "../../src/domain/license/keyset.ts";
import { addKey } from "../../src/domain/license/keyset-plan.ts";
import { rbsm } from "./run-rbsm.ts";

const NOON = 1_800_000_000;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-keyset-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("an operator makes a root and keys that only the owner can read, signs with every root, and never overwrites one", async () => {
  const made = await initKeyset(folder, "https://m.example", NOON);
  if (!made.ok) throw new Error(made.problem.message);
  const { root, keys } = made.value;
  expect(keys.map(({ secret }) => secret.replace(/_[0-9A-F]{16}$/, ""))).toEqual([
    "LICENSE_KEY_LEASE",
    "LICENSE_KEY_OFFLINE",
    "LICENSE_KEY_LIST",
  ]);
  for (const file of [root.file, ...keys.map((key) => key.file)]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await initKeyset(folder, "https://m.example", NOON)).toMatchObject({
    ok: false,
    problem: { code: "keyset_exists" },
  });

  const second = await makeRoot(folder);
  const signed = await signKeyset(folder, [], NOON);
  const documents = await newestDocuments(folder);
  if (!signed.ok || !documents.ok) throw new Error("not signed");
  expect(documents.value.map(({ rootKid }) => rootKid)).toEqual([root.kid, second.kid].sort());
  for (const { document, rootKid } of documents.value) {
    const opened = await openKeyset(document, [root, second]);
    expect(opened).toMatchObject({ rootKid, keyset: { version: 1, issuer: "https://m.example", issuedAt: NOON } });
    expect(await openKeyset(document, [])).toBeNull();
  }
  const plan = await readPlan(folder);
  if (!plan.ok) throw new Error("no plan");
  const key = await makeKey(folder, "lease");
  await writePlan(folder, addKey(plan.value, key, NOON + 200_000));
  expect((await signKeyset(folder, [root.file], NOON + 1)).ok).toBe(true);
  const newest = await newestDocuments(folder);
  expect(newest.ok && newest.value.map(({ file }) => path.basename(file))).toEqual([`2.${root.kid}.jws`]);
  expect(await readFile(path.join(folder, "keyset.json"), "utf8")).not.toContain("PRIVATE");
});

it("says what is wrong and ends with the code of it", async () => {
  const missing = await rbsm(["keyset", "status", "--offline", "--dir", path.join(folder, "nowhere")], { cwd: folder });
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.stderr).toContain("rbsm keyset init");
  const planned = await rbsm(["keyset", "status", "--offline", "--dir", folder, "--json"], { cwd: folder });
  expect(JSON.parse(planned.stdout)).toMatchObject({ ok: true, plan: { version: 2 } });
  const purpose = await rbsm(["keyset", "add", "--purpose", "all", "--dir", folder], { cwd: folder });
  expect([purpose.code, purpose.stderr.includes("lease, offline, list")]).toEqual([2, true]);
});
