import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Lock, parseLock, readLock, renderLock, writeLock } from "../../src/cli/work/lock-file.ts";

const HEX = "ab".repeat(32);
const LOCKED = {
  version: "1.4.0",
  sha256: HEX,
  statementSha256: HEX,
  receiptSha256: HEX,
  channel: "stable",
  dependencies: {},
} as const;
const LOCK: Lock = {
  roots: { "visit-notes": "^1.2.0", alpha: "1.4.0" },
  plugins: { "visit-notes": { ...LOCKED }, alpha: { ...LOCKED } },
  lockVersion: 1,
  appVersion: "0.1.0",
  marketplace: "plugins.example.org",
};
const read = (text: string) => parseLock(new TextEncoder().encode(text));
const changed = (change: (lock: ReturnType<typeof mutable>) => void) => {
  const lock = mutable();
  change(lock);
  return read(JSON.stringify(lock));
};
// biome-ignore lint/suspicious/noExplicitAny: every field is spoilt in turn
const mutable = (): any => structuredClone(LOCK);

describe("a lock", () => {
  it("is written with sorted keys, two spaces and a final newline, whatever order it was made in", () => {
    const text = renderLock(LOCK);
    expect(text.split("\n").filter((line) => /^ {2}"/.test(line))).toEqual([
      '  "appVersion": "0.1.0",',
      '  "lockVersion": 1,',
      '  "marketplace": "plugins.example.org",',
      '  "plugins": {',
      '  "roots": {',
    ]);
    expect(text.endsWith("}\n")).toBe(true);
    expect(text.indexOf('"alpha"')).toBeLessThan(text.indexOf('"visit-notes"'));
    expect(read(text)).toEqual({ ok: true, value: LOCK });
    const other = { ...LOCK, plugins: { alpha: { ...LOCKED }, "visit-notes": { ...LOCKED } } };
    expect(renderLock(other)).toBe(text);
  });

  it.each([
    ["another version of the format", (lock: Lock) => Object.assign(lock, { lockVersion: 2 })],
    ["a field nobody knows", (lock: Lock) => Object.assign(lock, { registry: "https://evil.example" })],
    ["a digest that is none", (lock: Lock) => Object.assign(lock.plugins.alpha as object, { sha256: "AB".repeat(32) })],
    ["a version that is none", (lock: Lock) => Object.assign(lock.plugins.alpha as object, { version: "v1.4.0" })],
    ["a version outside what was asked for", (lock: Lock) => Object.assign(lock.roots, { alpha: "^2.0.0" })],
    ["a plugin nobody asked for", (lock: Lock) => Object.assign(lock.plugins, { beta: { ...LOCKED } })],
    ["something asked for and not locked", (lock: Lock) => Object.assign(lock.roots, { beta: "^1.0.0" })],
    ["a name that leads elsewhere", (lock: Lock) => Object.assign(lock.plugins, { "../x": { ...LOCKED } })],
    [
      "a channel that does not exist",
      (lock: Lock) => Object.assign(lock.plugins.alpha as object, { channel: "nightly" }),
    ],
  ])("is refused with %s", (_, change) => {
    expect(changed(change)).toMatchObject({ ok: false });
  });

  it("is refused when two readers could read it differently", () => {
    const text = renderLock(LOCK);
    expect(read(text.replace('"lockVersion": 1,', '"lockVersion": 1, "lockVersion": 1,'))).toMatchObject({ ok: false });
    expect(read(`\ufeff${text}`)).toMatchObject({ ok: false });
    expect(read(text.slice(0, -3))).toMatchObject({ ok: false });
    expect(read(text.replace('"appVersion"', '"__proto__"'))).toMatchObject({ ok: false });
  });
});

describe("the lock of a folder", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-lock-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is null where there is none, comes back as written, and is named when it is broken", async () => {
    const file = path.join(folder, "rbsm.lock");
    expect(await readLock(file)).toEqual({ ok: true, value: null });
    await writeLock(file, LOCK);
    expect(await readLock(file)).toEqual({ ok: true, value: LOCK });
    expect(await readFile(file, "utf8")).toBe(renderLock(LOCK));
    expect((await stat(file)).mode & 0o777).toBe(0o644);
    await writeFile(file, "{}");
    expect(await readLock(file)).toMatchObject({ ok: false, problem: { code: "lock_invalid" } });
  });
});
