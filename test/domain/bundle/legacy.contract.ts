import { describe, expect, it } from "vitest";
import { convertLegacy } from "../../../src/domain/bundle/legacy.ts";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { encodeUtf8 } from "../../../src/domain/bytes.ts";
import { hostContainer, MODULE, wrap } from "./host-container.ts";
import { png } from "./pictures.ts";

const LISTING = { publisher: "alpenware", category: "CRM", pricing: { basic: 9.5, enterprise: { price: "custom" } } };

async function converted(container: Uint8Array, listing: Parameters<typeof convertLegacy>[1] = LISTING) {
  const result = await convertLegacy(container, listing);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}
async function codes(container: Uint8Array): Promise<string[]> {
  const result = await convertLegacy(container, LISTING);
  return result.ok ? ["converted"] : result.problem.map(({ code }) => code);
}

export function legacy(): void {
  describe("the container of an older host", () => {
    it("becomes a canonical bundle that says the same in our words", async () => {
      const { bundle, left } = await converted(await hostContainer());
      expect((await openBundle(bundle.bytes)).ok).toBe(true);
      expect(bundle.manifest).toMatchObject({
        name: "old-leads",
        version: "1.2.0",
        publisher: "alpenware",
        type: "mixed",
        category: "customers",
        license: "LicenseRef-Proprietary",
        channel: "stable",
        support: { url: "https://alpenware.example/old-leads" },
        dependencies: { "pdf-writer": ">=2.1.0" },
        events: [{ on: "request.created" }],
        changes: ["Version 1.2.0."],
      });
      expect(bundle.manifest.permissions.map(({ code, required }) => [code, required])).toEqual([
        ["customers.delete", true],
        ["customers.read", true],
        ["customers.write", true],
        ["requests.read", true],
      ]);
      expect(bundle.manifest.routes).toHaveLength(5);
      expect(bundle.manifest.pricing.tiers).toMatchObject([
        { id: "basic", price: 950, interval: "month", limits: { installs: 3, apiCalls: 10_000, storageMiB: 100 } },
        { id: "enterprise", price: null, limits: { installs: null } },
      ]);
      expect(new TextDecoder().decode(bundle.file("server/main.js") ?? undefined)).toBe(MODULE);
      expect(new TextDecoder().decode(bundle.file("CHANGELOG.md") ?? undefined)).toContain("## 1.2.0");
      expect(left).toEqual([]);
    });

    it("gives the same bytes every time", async () => {
      const [one, two] = [await converted(await hostContainer()), await converted(await hostContainer())];
      expect(one.bundle.sha256).toBe(two.bundle.sha256);
    });

    it("keeps what has a place, and names what has none", async () => {
      const icon = png(128, 128);
      const files = {
        "dist/index.js": MODULE,
        "icons/icon.png": icon,
        "src/index.ts": "const a = 1;",
        LICENSE: "MIT\n",
      };
      const { bundle, left } = await converted(await hostContainer({ files }));
      expect(bundle.file("icons/icon.png")).toEqual(icon);
      expect(new TextDecoder().decode(bundle.file("LICENSE") ?? undefined)).toBe("MIT\n");
      expect(bundle.manifest.icon).toBe("icons/icon.png");
      expect(left).toEqual(["src/index.ts"]);
    });

    it("turns least and greatest versions into ranges", async () => {
      const dependencies = {
        "pdf-writer": { minVersion: "1.0.0", maxVersion: "2.0.0" },
        "sms-gateway": { minVersion: "", maxVersion: "3.0.0" },
        "any-version": { minVersion: "" },
      };
      const { bundle } = await converted(await hostContainer({ manifest: { dependencies } }));
      expect(bundle.manifest.dependencies).toEqual({
        "pdf-writer": ">=1.0.0 <=2.0.0",
        "sms-gateway": "<=3.0.0",
        "any-version": "*",
      });
    });

    it("cannot ask for everything, nor for what does not exist", async () => {
      const asking = (code: string) =>
        hostContainer({ manifest: { permissions: [{ code, description: "Everything there is." }] } });
      expect(await codes(await asking("*"))).toEqual(["manifest_field_value"]);
      expect((await codes(await asking("invoices.*")))[0]).toBe("manifest_field_value");
    });

    it("is refused where what is packed would be: the reader has the last word", async () => {
      expect(await codes(await hostContainer({ files: { "dist/index.js": "module.exports = {};" } }))).toEqual([
        "server_not_single_module",
      ]);
      expect((await codes(await hostContainer({ manifest: { homepage: "" } })))[0]).toBe("manifest_field_missing");
    });
  });

  describe("a container that cannot be read", () => {
    it("is legacy_unreadable", async () => {
      const whole = await hostContainer();
      const edit = (at: number, value: number) => {
        const copy = whole.slice();
        copy[at] = value;
        return copy;
      };
      const entry = (change: object) => hostContainer({ entry: (_path, file) => ({ ...file, ...change }) });
      const table: readonly (readonly [string, Uint8Array])[] = [
        ["no gzip", edit(7, 0)],
        ["optional fields of gzip", edit(10, 8)],
        ["cut off", whole.subarray(0, whole.length - 1)],
        ["another checksum of gzip", edit(whole.length - 8, (whole[whole.length - 8] as number) ^ 1)],
        ["another length of gzip", edit(whole.length - 4, (whole[whole.length - 4] as number) ^ 1)],
        ["no JSON", wrap(encodeUtf8("{"))],
        ["a key twice", wrap(encodeUtf8('{"formatVersion":"1.0.0","formatVersion":"1.0.0"}'))],
        ["another version", await hostContainer({ top: { formatVersion: "2.0.0" } })],
        ["encrypted", await hostContainer({ top: { encryption: { algorithm: "aes-256-gcm" } } })],
        ["no name", await hostContainer({ manifest: { name: 7 } })],
        ["another file checksum", await entry({ checksum: "0".repeat(64) })],
        ["another file size", await entry({ size: 3 })],
        ["another path inside", await entry({ path: "other.js" })],
        ["not base64", await entry({ encoding: "base64", content: "????" })],
        ["an unknown encoding", await entry({ encoding: "latin1" })],
        ["text that lost its bytes", await hostContainer({ files: { "dist/index.js": "// caf\ufffd\n" } })],
      ];
      for (const [why, container] of table) expect([why, await codes(container)]).toEqual([why, ["legacy_unreadable"]]);
    });

    it("is bounded before it is inflated", async () => {
      const bomb = wrap(new Uint8Array(33_554_433));
      expect(await codes(bomb)).toEqual(["total_too_large"]);
      expect(await codes(wrap(new Uint8Array(4_000_000)))).toEqual(["ratio_too_high"]);
    });
  });
}
