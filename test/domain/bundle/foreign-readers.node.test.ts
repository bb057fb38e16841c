import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { unzipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { fromBuffer } from "yauzl";
import type { OpenedBundle } from "../../../src/domain/bundle/open.ts";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { packedSamples } from "./packed-samples.ts";
import { E1, E2 } from "./vectors/examples.ts";

const SAMPLES = await packedSamples();
const hasUnzip = spawnSync("unzip", ["-v"]).status === 0;
const folder = mkdtempSync(path.join(tmpdir(), "rbsm-foreign-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Files = Readonly<Record<string, Uint8Array>>;

function ours(bundle: OpenedBundle): Files {
  return Object.fromEntries(bundle.entries.map(({ path: name }) => [name, bundle.file(name) as Uint8Array]));
}

function byYauzl(bytes: Uint8Array): Promise<Files> {
  return new Promise((resolve, reject) => {
    fromBuffer(
      Buffer.from(bytes),
      { lazyEntries: true, strictFileNames: true, validateEntrySizes: true },
      (error, zip) => {
        if (error) return reject(error);
        const files: Record<string, Uint8Array> = {};
        zip.on("error", reject);
        zip.on("end", () => resolve(files));
        zip.on("entry", (entry) =>
          zip.openReadStream(entry, (fault, stream) => {
            if (fault) return reject(fault);
            const parts: Buffer[] = [];
            stream.on("data", (part: Buffer) => parts.push(part));
            stream.on("error", reject);
            stream.on("end", () => {
              files[entry.fileName] = new Uint8Array(Buffer.concat(parts));
              zip.readEntry();
            });
          }),
        );
        zip.readEntry();
      },
    );
  });
}

function byInfoZip(name: string, bytes: Uint8Array): Files {
  const file = path.join(folder, `${name.replaceAll(" ", "-")}.zip`);
  const target = path.join(folder, `${name.replaceAll(" ", "-")}-files`);
  writeFileSync(file, bytes);
  execFileSync("unzip", ["-qq", "-d", target, file], { stdio: "pipe" });
  const found = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    found.map((entry) => {
      const whole = path.join(entry.parentPath, entry.name);
      return [path.relative(target, whole), new Uint8Array(readFileSync(whole))];
    }),
  );
}

function sorted(files: Files): [string, Uint8Array][] {
  return Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("what we accept is read identically", () => {
  it.each(SAMPLES)("by yauzl: %s", async (_name, bundle) => {
    const files = await byYauzl(bundle.bytes);
    expect(Object.keys(files)).toEqual(bundle.entries.map(({ path: name }) => name));
    expect(sorted(files)).toEqual(sorted(ours(bundle)));
  });

  it.each(SAMPLES)("by fflate: %s", (_name, bundle) => {
    const files = unzipSync(bundle.bytes);
    expect(Object.keys(files)).toEqual(bundle.entries.map(({ path: name }) => name));
    expect(sorted(files)).toEqual(sorted(ours(bundle)));
  });

  if (hasUnzip) {
    it.each(SAMPLES)(
      "by Info-ZIP: %s",
      (name, bundle) => {
        expect(sorted(byInfoZip(name, bundle.bytes))).toEqual(sorted(ours(bundle)));
      },
      60_000,
    );
  } else {
    it("by Info-ZIP – unzip is not here", () => {
      expect(hasUnzip).toBe(false);
    });
  }
});

describe("two archives one after the other", () => {
  const [, sample] = SAMPLES[0] as (typeof SAMPLES)[number];
  const parts = { E1, E2, bundle: sample.bytes };
  const names = Object.keys(parts) as (keyof typeof parts)[];
  const pairs = names.flatMap((first) => names.map((second) => [first, second] as const));

  it.each(pairs)("are none: %s, then %s", async (first, second) => {
    const whole = Buffer.concat([parts[first], parts[second]]);
    const opened = await openBundle(new Uint8Array(whole));
    expect(opened.ok).toBe(false);
    // Foreign readers take the last one: a scanner that looks at the first would see another plugin.
    const named = opened.ok ? "accepted" : opened.problem.map(({ code }) => code).join();
    expect(["directory_gap", "directory_signature"]).toContain(named);
  });
});
