import { beforeAll, describe, expect, it } from "vitest";
import { parseLicenseKey } from "../../src/domain/license/key.ts";
import {
  hardware,
  makeInstance,
  makePlugin,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "../api/license/shop.worker.ts";
import { vectors } from "./http-vectors.ts";

let instance: TestInstance;
let plugin: TestPlugin;
let key = "";
let devices = 1;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin({ installs: null });
  key = (await sellLicense(instance, plugin)).licenseKey;
});

/** The spellings of each case, made of a good key. */
const SPELLINGS: Readonly<Record<string, (key: string) => readonly string[]>> = {
  lower: (text) => [text.toLowerCase()],
  dashes: (text) => [
    text.replaceAll(/[-_]/g, ""),
    text.replaceAll("_", "-"),
    text.replaceAll("_", "--"),
    ...["\u2013", "\u2014", "\u2212"].map((dash) => text.replaceAll("_", dash)),
  ],
  fullwidth: (text) => [text.replace(/\d/, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))],
  "zero-width": (text) => [`${text.slice(0, 20)}\u200d${text.slice(20)}`],
  transpose: (text) =>
    [...Array(text.length - 11).keys()]
      .map((at) => text.slice(0, at + 10) + text[at + 11] + text[at + 10] + text.slice(at + 12))
      .filter((swapped) => swapped !== text),
  extend: (text) => [`${text}A`, `${text}-ABCDEF`],
  nul: (text) => [`${text}\0`],
};
const REFUSED = ["fullwidth", "zero-width", "transpose", "extend", "nul"];

it.each(Object.entries(SPELLINGS))("a key with the fault %s is read everywhere alike", async (fault, spell) => {
  for (const licenseKey of spell(key)) {
    const isRead = parseLicenseKey(licenseKey) !== null;
    if (REFUSED.includes(fault)) expect(isRead, licenseKey).toBe(false);
    const used = { licenseKey, pluginId: plugin.id, hardwareId: hardware(devices++) };
    const verified = await instance.post("/v1/licenses/verify", { ...used, timestamp: Date.now() });
    expect([verified.status, verified.body.valid], licenseKey).toEqual([200, isRead]);
    const answers = [
      await instance.post("/v1/licenses/validate", used),
      await instance.post("/v1/installations", { ...used, version: "1.0.0" }),
    ];
    // The host's client takes 403 for every license that is of no use.
    const download = await instance.post(`/v1/plugins/${plugin.id}/download`, used);
    expect(download.status === 403, licenseKey).toBe(!isRead);
    for (const { status, body } of answers) {
      if (isRead) expect(body.code, licenseKey).not.toBe("KEY_MALFORMED");
      else expect([status, body.code], licenseKey).toEqual([STATUS_OF_MALFORMED, "KEY_MALFORMED"]);
      expect(JSON.stringify(body)).not.toContain(licenseKey);
    }
  }
});
const STATUS_OF_MALFORMED = 400;

describe("a key of another type", () => {
  it.each([[42], [null], [["x"]], [{ key: "x" }], [true]])("%j is 422", async (licenseKey) => {
    const used = { licenseKey, pluginId: plugin.id, hardwareId: hardware(1) };
    for (const path of ["/v1/licenses/verify", "/v1/licenses/validate", `/v1/plugins/${plugin.id}/download`])
      expect((await instance.post(path, used)).status, path).toBe(422);
    expect((await instance.post("/v1/installations", { ...used, version: "1.0.0" })).status).toBe(422);
  });
});

it("every case that a server can meet has a spelling, where the vectors are", () => {
  const ids = vectors("licence-keys").map(({ id }) => id);
  if (ids.length > 0) expect(ids).toEqual(expect.arrayContaining(Object.keys(SPELLINGS)));
  else expect(ids).toEqual([]);
});
