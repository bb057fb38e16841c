import { describe, expect, it } from "vitest";
import { completeManifest } from "../../../src/domain/bundle/pack.ts";
import type { Json, JsonObject } from "../../../src/domain/json/json.ts";
import { isCalm, parseCron } from "../../../src/domain/manifest/cron.ts";
import { isEgressHost } from "../../../src/domain/manifest/hosts.ts";
import { isLicenseExpression } from "../../../src/domain/manifest/license.ts";
import {
  type Capabilities,
  capabilitiesDigest,
  capabilitiesOf,
  checkManifestRules,
  closureDigestOf,
  type Manifest,
  manifestJsonSchema,
  manifestWarnings,
  parseManifest,
} from "../../../src/domain/manifest/manifest.ts";
import { parseMigration } from "../../../src/domain/manifest/migration.ts";
import { isHighlyRestrictive } from "../../../src/domain/manifest/scripts.ts";
import { SAMPLE_FILES, SAMPLE_MANIFEST } from "../bundle/sample.ts";

async function sample(change: { readonly [field: string]: Json } = {}): Promise<Manifest> {
  const files = new Map(Object.entries(SAMPLE_FILES));
  const parsed = parseManifest(await completeManifest({ manifest: { ...SAMPLE_MANIFEST, ...change }, files }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem));
  return parsed.value;
}

describe("a manifest", () => {
  it("is read with its defaults filled in", async () => {
    const manifest = await sample();
    expect(manifest.events.map((event) => event.timeoutMs)).toEqual([2000, 5000]);
    expect(manifest.routes.map((route) => route.bodyKiB)).toEqual([64, 64, 16]);
    expect(manifest.egress[0]?.methods).toEqual(["GET", "POST"]);
    expect(manifest.schedules[0]).toMatchObject({ timezone: "Europe/Berlin", missed: "once", timeoutMs: 30_000 });
    expect(checkManifestRules(manifest)).toEqual([]);
  });

  it("reports every faulty field with a JSON pointer", () => {
    const parsed = parseManifest({ formatVersion: 1, name: 5, files: { "a/b~c": { size: -1 } }, "x/y": 1 });
    const found = new Map(parsed.ok ? [] : parsed.problem.map(({ pointer, code }) => [pointer, code]));
    expect(found.get("/name")).toBe("manifest_field_type");
    expect(found.get("/version")).toBe("manifest_field_missing");
    expect(found.get("/x~1y")).toBe("manifest_field_unknown");
    expect(found.get("/files/a~1b~0c/size")).toBe("manifest_field_value");
    expect(found.get("/files/a~1b~0c/sha256")).toBe("manifest_field_missing");
  });

  it("of a newer format is refused for that alone", () => {
    const parsed = parseManifest({ formatVersion: 2, whatever: true });
    expect(parsed.ok ? [] : parsed.problem.map((problem) => problem.code)).toEqual(["manifest_format"]);
  });

  it("is never anything but an object", () => {
    for (const value of [null, 1, "x", [], true]) expect(parseManifest(value).ok).toBe(false);
  });

  it("is warned about what looks like a mistake", async () => {
    const permission = (code: string) => ({ code, description: "Needed for the notes.", required: true });
    const reads = permission("appointments.read");
    const deletes = await sample({ permissions: [reads, permission("storage.delete")] });
    expect(manifestWarnings(deletes)).toMatchObject([{ pointer: "/permissions" }]);
    const both = await sample({ permissions: [reads, permission("storage.delete"), permission("storage.write")] });
    expect(manifestWarnings(both)).toEqual([]);
    const triggers = { permissions: [reads, permission("webhooks.trigger")], egress: [], emits: [] };
    expect(manifestWarnings(await sample(triggers))).toHaveLength(1);
  });

  it("has a JSON Schema that is closed and leaves build and files to the packer", () => {
    const schema = manifestJsonSchema() as JsonObject & { required: string[]; properties: JsonObject };
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toContain("name");
    expect(schema.required).not.toContain("files");
    expect(schema.required).not.toContain("tags");
    expect(Object.keys(schema.properties)).toContain("$schema");
  });
});

describe("capabilities", () => {
  const E8: Capabilities = {
    dependencies: {},
    egress: ["api.sms.example"],
    events: ["appointment.created"],
    optionalPermissions: [],
    permissions: ["appointments.read", "customers.read"],
    publicRoutes: [],
    readableSecrets: [],
    schedules: [],
    secretHosts: ["api.sms.example"],
    ui: ["page", "settings"],
  };

  it("E8: have one digest", async () => {
    expect(await capabilitiesDigest(E8)).toBe("d044021bec5cb54527f7293319fb63efccc753652a82cfd4d48f49623d810bdb");
  });

  it("have another digest as a closure", async () => {
    expect(await closureDigestOf(E8)).toMatch(/^[0-9a-f]{64}$/);
    expect(await closureDigestOf(E8)).not.toBe(await capabilitiesDigest(E8));
    expect(await closureDigestOf({ ...E8, egress: [] })).not.toBe(await closureDigestOf(E8));
  });

  it("are everything that a person consents to", async () => {
    expect(capabilitiesOf(await sample())).toEqual({
      dependencies: { "pdf-writer": "^2.1.0" },
      egress: ["api.sms77.io"],
      events: ["appointment.created", "plugin:pdf-writer:printed"],
      optionalPermissions: ["notifications.send"],
      permissions: ["appointments.read"],
      publicRoutes: ["POST /hook"],
      readableSecrets: ["pin"],
      schedules: ["0 3 * * *"],
      secretHosts: ["api.sms77.io"],
      ui: ["page", "settings", "widget"],
    });
  });
});

it("lets a plugin talk to public names only", () => {
  for (const host of ["ec.europa.eu", "api.stripe.com", "*.acme.io", "x.github.io", "xn--bcher-kva.de"]) {
    expect(isEgressHost(host), host).toBe(true);
  }
  const refused = [
    "localhost",
    "10.0.0.1",
    "1.2",
    "com",
    "*.com",
    "*.co.uk",
    "co.uk",
    "*.github.io",
    "a.local",
    "a.internal",
    "a.lan",
  ];
  const odd = [
    "a.test",
    "example.com",
    "a.onion",
    "*",
    "*.",
    "a..de",
    ".a.de",
    "a.de.",
    "A.de",
    "a.de:8080",
    "https://a.de",
    "a_b.de",
  ];
  for (const host of [...refused, ...odd]) expect(isEgressHost(host), host).toBe(false);
});

it("knows the licenses of the bundled list", () => {
  for (const text of [
    "MIT",
    "Apache-2.0 OR MIT",
    "GPL-2.0-or-later WITH Classpath-exception-2.0",
    "LicenseRef-Proprietary",
  ]) {
    expect(isLicenseExpression(text), text).toBe(true);
  }
  for (const text of ["", "mit ", "MITT", "LicenseRef-Mine", "MIT AND LicenseRef-Mine", "SEE LICENSE IN LICENSE"]) {
    expect(isLicenseExpression(text), text).toBe(false);
  }
});

it("reads cron fields and tells calm ones", () => {
  expect(parseCron("*/15 8-17 * * 1-5")?.minutes).toEqual([0, 15, 30, 45]);
  expect(parseCron("5/20 0 1,15 */6 0")?.minutes).toEqual([5, 25, 45]);
  for (const text of [
    "",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 7",
    "5-1 * * * *",
    "*/0 * * * *",
    "a * * * *",
    "0  3 * * *",
  ]) {
    expect(parseCron(text), text).toBe(null);
  }
  const calm = (text: string) =>
    isCalm(parseCron(text) ?? { minutes: [0, 1], hours: [], daysOfMonth: [], months: [], daysOfWeek: [] });
  expect(["*/5 * * * *", "0 * * * *", "0,5 * * * *"].map(calm)).toEqual([true, true, true]);
  expect(["*/4 * * * *", "* * * * *", "57,0 * * * *"].map(calm)).toEqual([false, false, false]);
});

it("lets a name keep to one script, or to a mix that people write", () => {
  for (const text of [
    "Visit notes 2",
    "Записки",
    "メモ帳 Notes",
    "노트 漢字",
    "Über-Öl",
    "ملاحظات",
    "Σημειώσεις",
    "✨ Notes",
  ]) {
    expect(isHighlyRestrictive(text), text).toBe(true);
  }
  for (const text of ["Visit nоtes", "Nοtes", "Заpiski", "メモ Заметки", "ᚠuthark"]) {
    expect(isHighlyRestrictive(text), text).toBe(false);
  }
});

it("reads settings migrations", () => {
  const step = { op: "mapValues", key: "tone", values: { kind: "warm" }, undoable: false };
  expect(parseMigration({ operations: [step, { op: "drop", key: "fee", undoable: false }] }).ok).toBe(true);
  const bad = parseMigration({ operations: [{ op: "rename", key: "a", to: "B", undoable: true }] });
  expect(bad.ok ? "" : bad.problem.pointer).toBe("/operations/0/to");
  for (const value of [{}, { operations: [] }, { operations: [{ op: "drop", key: "a" }] }])
    expect(parseMigration(value).ok).toBe(false);
});
