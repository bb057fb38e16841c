import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { openBundle } from "../../src/domain/bundle/open.ts";
import { hostContainer } from "../domain/bundle/host-container.ts";
import { documentOf, rbsm, withFolder } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 60_000 });

it("convert makes a bundle of an older host's container, and never writes over it", () =>
  withFolder(async (cwd) => {
    const container = await hostContainer();
    await writeFile(path.join(cwd, "old.rbsm"), container);
    const made = await rbsm(["convert", "old.rbsm", "--publisher", "acme", "--license", "MIT", "--json"], { cwd });
    expect(documentOf(made)).toMatchObject({ ok: true, name: "old-leads", publisher: "acme", left: [] });
    const file = path.join(cwd, "old-leads-1.2.0.rbsm");
    const opened = await openBundle(new Uint8Array(await readFile(file)));
    expect(opened).toMatchObject({ ok: true, value: { manifest: { publisher: "acme", license: "MIT" } } });

    const over = await rbsm(["convert", "old.rbsm", "--out", "old.rbsm", "--json"], { cwd });
    expect([over.code, documentOf(over).problem?.code]).toEqual([2, "file_exists"]);
    expect(new Uint8Array(await readFile(path.join(cwd, "old.rbsm")))).toEqual(new Uint8Array(container));
  }));

it("convert refuses what is no such container, and leaves nothing behind", () =>
  withFolder(async (cwd) => {
    await writeFile(path.join(cwd, "old.rbsm"), "PK");
    const told = await rbsm(["convert", "old.rbsm", "--json"], { cwd });
    expect(told.code).toBe(1);
    expect(documentOf(told).problem).toMatchObject({ code: "legacy_unreadable" });
    expect(await readdir(cwd)).toEqual(["old.rbsm"]);
  }));
