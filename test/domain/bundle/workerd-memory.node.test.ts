import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { MAX_LEGACY_JSON_BYTES } from "../../../src/domain/bundle/legacy.ts";
import { completeManifest } from "../../../src/domain/bundle/pack.ts";
import { writeArchive } from "../../../src/domain/bundle/write.ts";
import { canonicalBytes } from "../../../src/domain/json/canonical.ts";
import { reportWorkerdPid } from "../../../src/local/workerd-pid.ts";
import { hostContainer, MODULE } from "./host-container.ts";
import { prose } from "./noise.ts";
import { SAMPLE_FILES, SAMPLE_MANIFEST } from "./sample.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const MIB = 1_048_576;
/** What one isolate has on the platform. */
const ISOLATE_BYTES = 128 * MIB;

if (existsSync("/proc/self/clear_refs")) describeMemory();
else
  it("has no /proc here: what a process takes at its peak is told by Linux", () => {
    expect(process.platform).not.toBe("linux");
  });

function describeMemory(): void {
  let pid = 0;
  let miniflare: Miniflare;
  let url: URL;

  beforeAll(async () => {
    reportWorkerdPid((found) => {
      pid = found;
    });
    const { convertV4MiniflareOptions, Miniflare } = await import("miniflare");
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import { convertLegacy } from "./legacy.ts";
          import { openBundle } from "./open.ts";
          export default {
            async fetch(request) {
              const bytes = new Uint8Array(await request.arrayBuffer());
              const isOpening = new URL(request.url).pathname === "/open";
              const read = isOpening ? await openBundle(bytes) : await convertLegacy(bytes, { publisher: "acme" });
              return new Response(read.ok ? "read" : JSON.stringify(read.problem));
            },
          };`,
        resolveDir: path.resolve(import.meta.dirname, "../../../src/domain/bundle"),
      },
      bundle: true,
      write: false,
      format: "esm",
      target: "es2023",
    });
    const options = {
      host: "127.0.0.1",
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      modules: [{ type: "ESModule", path: "worker.js", contents: outputFiles[0]?.text ?? "" }],
      compatibilityDate: "2026-08-10",
    };
    miniflare = new Miniflare(
      convertV4MiniflareOptions(options as unknown as Parameters<typeof convertV4MiniflareOptions>[0]),
    );
    url = await miniflare.ready;
    // Warm: code and caches are no part of what a bundle costs.
    await ask("/open", new Uint8Array(200));
    await ask("/convert", await hostContainer());
  });
  afterAll(() => miniflare?.dispose());

  async function ask(target: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
    return (await fetch(new URL(target, url), { method: "POST", body })).text();
  }

  async function memory(line: "VmRSS" | "VmHWM"): Promise<number> {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(new RegExp(`^${line}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  }

  /** What reading it adds to the process at its peak, in bytes. */
  async function peakOf(target: string, body: Uint8Array<ArrayBuffer>): Promise<{ answer: string; peak: number }> {
    await writeFile(`/proc/${pid}/clear_refs`, "5");
    const before = await memory("VmRSS");
    const answer = await ask(target, body);
    return { answer, peak: (await memory("VmHWM")) - before };
  }

  describe("inside workerd, the largest that is allowed", () => {
    it("bundle of bytes nobody can compress is read within the memory of an isolate", async () => {
      const files = new Map<string, Uint8Array>(Object.entries(SAMPLE_FILES));
      for (let number = 0; number < 49; number++) files.set(`ui/pages/font-${number}.woff2`, font(MIB));
      const manifest = canonicalBytes(await completeManifest({ manifest: SAMPLE_MANIFEST, files }));
      // Stored, as any encoder would have it in the end, but sooner.
      const bundle = writeArchive(new Map([["manifest.json", manifest], ...files]), (data) => data);
      expect(bundle.length).toBeGreaterThan(49 * MIB);
      const { answer, peak } = await peakOf("/open", bundle);
      expect(answer).toBe("read");
      expect(peak).toBeLessThan(ISOLATE_BYTES);
    });

    it("container of an older host is converted within it, and one byte of JSON more is not even inflated", async () => {
      const words = new TextDecoder().decode(prose(MIB));
      const text = (count: number) =>
        Object.fromEntries(
          Array.from({ length: count }, (_, number) => [`dist/ui/part-${number}.txt`, `${number} ${words}`]),
        );
      const largest = await hostContainer({ files: { "dist/index.js": MODULE, ...text(31) } });
      const { answer, peak } = await peakOf("/convert", largest);
      expect(answer).toBe("read");
      expect(peak).toBeLessThan(ISOLATE_BYTES);
      const over = largest.slice();
      new DataView(over.buffer).setUint32(over.length - 4, MAX_LEGACY_JSON_BYTES + 1, true);
      const refused = await peakOf("/convert", over);
      expect(refused.answer).toContain("total_too_large");
      expect(refused.peak).toBeLessThan(2 * over.length + 16 * MIB);
    });
  });
}

/** The only kind of file whose bytes are nobody's business. */
function font(length: number): Uint8Array {
  const bytes = new Uint8Array(randomBytes(length));
  bytes.set(new TextEncoder().encode("wOF2"));
  new DataView(bytes.buffer).setUint32(8, length);
  return bytes;
}
