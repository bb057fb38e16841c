import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepSeen, recallSeen, refuseFork, stateFolder } from "../../src/cli/work/seen-releases.ts";
import type { OpenedReceipt } from "../../src/domain/trust/receipt.ts";

const KEY = "ab".repeat(32);
const TRUST = { marketplace: "plugins.example.org", receiptKeys: [{ keyId: KEY, publicKey: KEY }] };
const digest = (n: number) => n.toString(16).padStart(64, "0");
const receipt = (publication: number, sha256 = digest(publication)) =>
  ({ receipt: { publication }, sha256 }) as OpenedReceipt;
const release = (publication: number, newest = publication) => ({
  receipt: receipt(publication),
  remember: { publication: newest, receiptSha256: digest(newest), publisherKeyIds: [KEY] },
});

let env: { XDG_STATE_HOME: string };
beforeEach(async () => {
  env = { XDG_STATE_HOME: await mkdtemp(path.join(os.tmpdir(), "rbsm-seen-")) };
});
afterEach(() => rm(env.XDG_STATE_HOME, { recursive: true, force: true }));

describe("what was seen of a plugin", () => {
  it("is nothing the first time, and is kept where nobody else reads it", async () => {
    expect(await recallSeen(env, TRUST, "notes")).toEqual({ ok: true, value: null });
    await keepSeen(env, TRUST, "notes", release(2));
    await keepSeen(env, TRUST, "notes", release(1, 2));
    expect(await recallSeen(env, TRUST, "notes")).toEqual({
      ok: true,
      value: {
        publication: 2,
        receiptSha256: digest(2),
        publisherKeyIds: [KEY],
        receipts: { 1: digest(1), 2: digest(2) },
      },
    });
    expect((await stat(stateFolder(env))).mode & 0o777).toBe(0o700);
    expect((await stat(path.join(stateFolder(env), "seen.json"))).mode & 0o777).toBe(0o600);
  });

  it("is kept apart by plugin and marketplace, and on this machine by receipt key", async () => {
    await keepSeen(env, TRUST, "notes", release(2));
    expect((await recallSeen(env, TRUST, "other")).ok && (await recallSeen(env, TRUST, "constructor"))).toEqual({
      ok: true,
      value: null,
    });
    expect(await recallSeen(env, { ...TRUST, marketplace: "else.example.org" }, "notes")).toEqual({
      ok: true,
      value: null,
    });
    const rotated = { ...TRUST, receiptKeys: [{ keyId: digest(9), publicKey: KEY }, ...TRUST.receiptKeys] };
    expect(await recallSeen(env, rotated, "notes")).toMatchObject({ value: { publication: 2 } });
    const local = { ...TRUST, marketplace: "localhost" };
    await keepSeen(env, local, "notes", release(5));
    expect(await recallSeen(env, { ...rotated, marketplace: "localhost" }, "notes")).toEqual({ ok: true, value: null });
  });

  it("is never forgotten because its file is broken", async () => {
    await mkdir(stateFolder(env), { recursive: true });
    for (const text of ["", "{}", '{"stateVersion":2,"plugins":{}}']) {
      await writeFile(path.join(stateFolder(env), "seen.json"), text);
      expect(await recallSeen(env, TRUST, "notes")).toMatchObject({ ok: false, problem: { code: "state_invalid" } });
      expect(await keepSeen(env, TRUST, "notes", release(1))).toMatchObject({ ok: false });
    }
  });

  it("shows a second history under a number that was seen, also far below the newest", async () => {
    await keepSeen(env, TRUST, "notes", release(1));
    await keepSeen(env, TRUST, "notes", release(7));
    const seen = await recallSeen(env, TRUST, "notes");
    if (!seen.ok) throw new Error("not recalled");
    expect(refuseFork(seen.value, receipt(1))).toEqual({ ok: true, value: null });
    expect(refuseFork(seen.value, receipt(3))).toEqual({ ok: true, value: null });
    expect(refuseFork(seen.value, receipt(1, digest(99)))).toMatchObject({ problem: { code: "publication_fork" } });
    expect(refuseFork(null, receipt(1, digest(99)))).toEqual({ ok: true, value: null });
  });
});
