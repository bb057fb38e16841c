import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeLicenseKey } from "../../../src/domain/license/key.ts";
import { activate } from "../../../src/market/license/activate.ts";
import { changeLicense } from "../../../src/market/license/change-license.ts";
import { judgeLicenseForDownload } from "../../../src/market/license/judge-license-for-download.ts";
import { validateLicense } from "../../../src/market/license/validate-license.ts";
import { verifyLicense } from "../../../src/market/license/verify-license.ts";
import type { World } from "../../../src/market/ports.ts";

/** A world in which every port but the clock fails the test that touches it. */
const UNTOUCHED = new Proxy({} as World, {
  get(_, port) {
    if (port === "clock") return { now: () => 1_795_348_800_000 };
    throw new Error(`the ${String(port)} port was asked`);
  },
});
const INSTANCE = {
  kind: "instance",
  instanceId: "5",
  accountId: "1",
  publisherId: null,
  isSuspended: false,
  driftSeconds: 0,
} as const;
const HARDWARE = "ab".repeat(32);
const KEY = makeLicenseKey(
  "live",
  Uint8Array.from({ length: 17 }, (_, index) => index * 13),
).text;

const dashed = (dash: string) => KEY.slice(0, 14) + dash + KEY.slice(14);
/** Vector id → the spellings it describes; those that may be read as the same key stand in the tests of the key itself. */
const SPELLINGS: Readonly<Record<string, readonly unknown[]>> = {
  dashes: ["–", "—", "−", "_"].map(dashed),
  fullwidth: [KEY.replace(/[0-9]/, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))],
  "zero-width": [dashed("\u200d"), dashed("\u200b"), `\ufeff${KEY}`],
  transpose: Array.from({ length: 31 }, (_, index) => 10 + index)
    .map((at) => KEY.slice(0, at) + KEY[at + 1] + KEY[at] + KEY.slice(at + 2))
    .filter((text) => text !== KEY),
  extend: [`${KEY}0`, `${KEY}-000000`],
  nul: [`${KEY}\0`, `\0${KEY}`],
  "json-types": [7, null, [KEY], { key: KEY }, true],
};

describe.each(Object.entries(SPELLINGS))("a key spelled wrong (%s)", (_, spellings) => {
  it.each(spellings.map((spelling) => [spelling]))(
    "is refused without any look at the database: %j",
    async (licenseKey) => {
      const seat = { licenseKey, pluginId: "7", hardwareId: HARDWARE, version: "1.0.0" };
      const activated = await activate(UNTOUCHED, INSTANCE, {
        ...seat,
        environment: "production",
        idempotency: null,
        binding: {},
      });
      expect(activated).toMatchObject({ ok: false, problem: { reason: "KEY_MALFORMED" } });
      expect(await validateLicense(UNTOUCHED, INSTANCE, { licenseKey, pluginId: "7", binding: {} })).toMatchObject({
        ok: false,
        problem: { reason: "KEY_MALFORMED" },
      });
      expect(
        await verifyLicense(UNTOUCHED, {
          licenseKey,
          pluginId: "7",
          hardwareId: HARDWARE,
          instanceId: "5",
          isInstanceSuspended: false,
        }),
      ).toEqual({ answer: { valid: false, error: "License not found", code: "KEY_MALFORMED" }, right: null });
      expect(await changeLicense(UNTOUCHED, INSTANCE, { licenseKey }, { kind: "revoke", reason: "x" })).toMatchObject({
        ok: false,
        problem: { reason: "NOT_FOUND" },
      });
      expect(
        await judgeLicenseForDownload(UNTOUCHED, INSTANCE, {
          licenseKey: licenseKey as string,
          pluginId: "7",
          hardwareId: HARDWARE,
          build: { version: "1.0.0", releasedAt: 0 },
        }),
      ).toMatchObject({ ok: false });
    },
  );
});

it("a device without hardware id and key is refused without any look either", async () => {
  const wish = { licenseKey: KEY, pluginId: "7", version: "1.0.0", environment: "production" } as const;
  const activated = await activate(UNTOUCHED, INSTANCE, { ...wish, idempotency: null, binding: {} });
  expect(activated).toMatchObject({ ok: false, problem: { reason: "DEVICE_ID_REQUIRED" } });
});

const VECTORS = "../shared/vectors/http/licence-keys.json";
if (existsSync(VECTORS)) {
  it("covers every vector about the spelling of a key", () => {
    const ids = (JSON.parse(readFileSync(VECTORS, "utf8")) as { id: string }[]).map((vector) => vector.id);
    const elsewhere = ["lower", "other-product", "timing", "offline-swap", "offline-resign", "offline-rollback"];
    expect(ids.filter((id) => !elsewhere.includes(id)).sort()).toEqual(Object.keys(SPELLINGS).sort());
  });
} else {
  it("license-key vectors are not here", () => expect(existsSync(VECTORS)).toBe(false));
}
