import { describe, expect, it } from "vitest";
import { makeToken } from "../../../src/domain/account/token.ts";
import type { OpenedBundle } from "../../../src/domain/bundle/open.ts";
import { packBundle } from "../../../src/domain/bundle/pack.ts";
import { encodeUtf8 } from "../../../src/domain/bytes.ts";
import type { JsonObject } from "../../../src/domain/json/json.ts";
import { makeLicenseKey } from "../../../src/domain/license/key.ts";
import { findingsOf, findingsOfSources, isRefusing } from "../../../src/domain/release/findings/findings-of.ts";
import { readModuleUse } from "../../../src/domain/release/findings/module-use.ts";
import { bitsPerCharacter } from "../../../src/domain/release/findings/secrets.ts";
import { sizeReportOf } from "../../../src/domain/release/findings/size-report.ts";

const MANIFEST: JsonObject = {
  formatVersion: 1,
  name: "visit-notes",
  version: "0.1.0",
  publisher: "acme",
  displayName: "Visit notes",
  description: "Keeps notes of visits, one for each appointment.",
  type: "automation",
  category: "appointments",
  license: "MIT",
  channel: "stable",
  minAppVersion: "0.1.0",
  support: { email: "help@acme.at" },
  security: "security@acme.at",
  permissions: [
    { code: "appointments.read", description: "Hears of appointments.", required: true },
    { code: "storage.write", description: "Keeps the notes.", required: true },
  ],
  events: [{ on: "appointment.created" }],
  egress: [{ host: "api.twilio.com", reason: "Sends text messages." }],
  dependencies: {},
  pricing: {
    currency: "EUR",
    tiers: [
      {
        id: "free",
        price: 0,
        interval: "none",
        features: [],
        limits: { installs: 1, apiCalls: 10, storageMiB: 1, users: null },
      },
    ],
  },
  trialDays: 0,
  changes: ["First version."],
};
const README = `# Visit notes\n\n${"Notes belong to visits, and visits to people. ".repeat(8)}\n`;
const handler = (body: string) => `"appointment.created": async (context, event) => { ${body} }`;
const plugin = (handlers: string) =>
  `function definePlugin(definition) { return definition; }\nvar server_default = definePlugin({ ${handlers} });\nexport { server_default as default };\n`;
const SERVER = plugin(`events: { ${handler('await context.storage.set("a", 1);')} }`);

async function bundleOf(
  files: Readonly<Record<string, string>> = {},
  manifest: JsonObject = {},
): Promise<OpenedBundle> {
  const all = {
    "CHANGELOG.md": "# Changelog\n\n## 0.1.0\n\n- First version.\n",
    LICENSE: "MIT License\n",
    "README.md": README,
    "server/main.js": SERVER,
    ...files,
  };
  const packed = await packBundle({
    manifest: { ...MANIFEST, ...manifest },
    files: new Map(Object.entries(all).map(([path, text]) => [path, encodeUtf8(text)])),
  });
  if (!packed.ok) throw new Error(JSON.stringify(packed.problem));
  return packed.value;
}
const withBody = (body: string) => ({ "server/main.js": plugin(`events: { ${handler(body)} }`) });
const rulesOf = async (files: Readonly<Record<string, string>>, manifest: JsonObject = {}) =>
  findingsOf(await bundleOf(files, manifest)).map(({ rule }) => rule);
/** About 224 KiB that deflate little. */
const LONG = Array.from({ length: 39_000 }, (_, i) => (i * 7919) % 99_991).join(" ");
const SET = 'await context.storage.set("a", 1);';

describe("a plugin in good order", () => {
  it("has no findings", async () => {
    expect(findingsOf(await bundleOf())).toEqual([]);
  });
});

const TOKEN = makeToken("pat", (bytes) => new Uint8Array(bytes).map((_, i) => (i * 37) % 248)).text;
const KEY = makeLicenseKey(
  "live",
  new Uint8Array(17).map((_, i) => i * 13),
).text;
const PEM = `-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIJ${"Ab3".repeat(14)}\\n-----END PRIVATE KEY-----`;

describe("a finding tells", () => {
  it.each([
    [
      "a call whose permission is not declared",
      withBody(`${SET} await context.customers.get(1);`),
      "permission_undeclared",
    ],
    [
      "such a call through another name",
      withBody(`${SET} const { customers } = context; customers.get(1);`),
      "permission_maybe_undeclared",
    ],
    ["a permission that is never used", withBody("context.log.info(1);"), "permission_unused"],
    [
      "an address that egress does not declare",
      withBody(`${SET} await fetch("https://evil.example.com/x");`),
      "egress_undeclared",
    ],
    [
      "an address inside a template",
      withBody(`${SET} await fetch(\`https://evil.example.com/\${1}\`);`),
      "egress_undeclared",
    ],
    [
      "a declared host without encryption",
      withBody(`${SET} await fetch("http://api.twilio.com/x");`),
      "egress_insecure",
    ],
    ["an event without a handler", { "server/main.js": plugin("events: {}") }, "handler_missing"],
    [
      "a handler nobody declared",
      { "server/main.js": plugin(`events: { ${handler(SET)} }, routes: { "GET /a": () => ({}) }`) },
      "handler_undeclared",
    ],
    ["a marketplace token", withBody(`${SET} const t = "${TOKEN}";`), "secret"],
    ["a license key", withBody(`${SET} const t = "${KEY}";`), "secret"],
    ["a private key", withBody(`${SET} const t = "${PEM}";`), "secret"],
    ["an AWS access key", { "README.md": `${README}\nAKIAIOSFODNN7QZRTPLM\n` }, "secret"],
    ["a value that looks drawn", withBody(`${SET} const apiKey = "q8Zt3LmP0xVr7KcB2yHs";`), "secret_suspected"],
    ["a source map", { "server/main.js": `${SERVER}//# sourceMappingURL=main.js.map\n` }, "source_map"],
    ["carriage returns", { "CHANGELOG.md": "# Changelog\r\n\r\n## 0.1.0\r\n\r\n- First.\r\n" }, "text_crlf"],
    ["a link that leads nowhere", { "README.md": `${README}\n[Guide](docs/guide.md)\n` }, "readme_link_broken"],
    ["a link without encryption", { "README.md": `${README}\n[Site](http://acme.at)\n` }, "readme_insecure_link"],
    [
      "a changelog that puts an older version first",
      { "CHANGELOG.md": "## 0.0.9\n\n- Before.\n\n## 0.1.0\n\n- First.\n" },
      "changelog_order",
    ],
    ["a version nothing is said of", { "CHANGELOG.md": "# Changelog\n\n## 0.1.0\n" }, "changelog_entry_empty"],
    ["code close to its limit", { "server/main.js": `${SERVER}// ${LONG}\n` }, "size_near_limit"],
  ])("%s", async (_, files, rule) => {
    expect(await rulesOf(files)).toEqual(expect.arrayContaining([rule]));
  });

  it("what the manifest says and should not, with a pointer", async () => {
    const manifest = { publisher: "my-publisher", security: "security@example.com" };
    const found = findingsOf(await bundleOf({}, manifest));
    expect(found.map(({ rule, pointer }) => [rule, pointer])).toEqual([
      ["placeholder", "/publisher"],
      ["placeholder", "/security"],
    ]);
  });

  it("line and column, and what to do", async () => {
    const found = findingsOf(await bundleOf(withBody(`${SET}\n  await context.customers.get(1);`)));
    expect(found[0]).toMatchObject({
      rule: "permission_undeclared",
      severity: "error",
      path: "server/main.js",
      line: 3,
      column: 17,
      advice: expect.stringContaining("manifest.json"),
    });
    expect(found.filter(isRefusing)).toHaveLength(1);
  });

  it("no secret in full", async () => {
    const text = JSON.stringify(findingsOf(await bundleOf(withBody(`${SET} const t = "${TOKEN}";`))));
    expect(text).not.toContain(TOKEN);
    expect(text).toContain("rbsm…");
  });
});

describe("no finding is made of", () => {
  it.each([
    [
      "a token whose checksum is wrong: an example",
      withBody(`${SET} const t = "${TOKEN.slice(0, -1)}${TOKEN.endsWith("0") ? "1" : "0"}";`),
    ],
    [
      "a license key whose checksum is wrong",
      withBody(`${SET} const t = "${KEY.slice(0, -1)}${KEY.endsWith("0") ? "1" : "0"}";`),
    ],
    ["the documented AWS example", { "README.md": `${README}\nAKIAIOSFODNN7EXAMPLE\n` }],
    ["the first line of a key format", withBody(`${SET} const head = "-----BEGIN PRIVATE KEY-----";`)],
    ["the name of a secret setting", withBody(`${SET} const token = "settings.twilio-token";`)],
    ["an address in a comment", withBody(`${SET} /* https://evil.example.com */`)],
    ["the name space of SVG", withBody(`${SET} const ns = "http://www.w3.org/2000/svg";`)],
    ["a word in a string that looks like a call", withBody(`${SET} const text = "context.customers.get(1)";`)],
    ["a regular expression with quotes", withBody(`${SET} const e = /["'\`]/; await context.storage.set("b", 2);`)],
    ["entities handed on", withBody("const keep = context.storage; await keep.set('a', 1);")],
    [
      "links within the bundle and to addresses",
      { "README.md": `${README}\n[a](LICENSE) [b](https://acme.at) [c](#x) [d](mailto:a@acme.at)\n` },
    ],
  ])("%s", async (_, files) => {
    expect(await rulesOf(files)).toEqual([]);
  });
});

describe("sources", () => {
  it("are told of themselves, and the built module does not repeat it", async () => {
    const sources = new Map([["src/server.ts", encodeUtf8(`// one\nconst t = "${TOKEN}";\n`)]]);
    const found = findingsOf(await bundleOf(withBody(`${SET} const t = "${TOKEN}";`)), sources);
    expect(found.map(({ rule, path, line }) => [rule, path, line])).toEqual([["secret", "src/server.ts", 2]]);
  });

  it.each(["\u202e", "\u200b", "\u00ad", "\u{e0041}"])("may hold no hidden character", (hidden) => {
    const found = findingsOfSources(new Map([["src/a.ts", encodeUtf8(`const a = 1; // ${hidden}\n`)]]));
    expect(found).toMatchObject([{ rule: "hidden_unicode", severity: "error", path: "src/a.ts", line: 1, column: 17 }]);
  });
});

describe("what a module uses", () => {
  it("is read from tokens: methods, addresses, handlers of every way to write one", () => {
    const use = readModuleUse(
      plugin(
        'events: { async "customer.created"(c) {}, "request.created": handle }, routes: { "GET /a/:id": () => ({ get: 1 }) }, schedules: { nightly() {} }, lifecycle: { async install() {} }',
      ),
    );
    expect(use.handlers).toEqual({
      events: ["customer.created", "request.created"],
      routes: ["GET /a/:id"],
      schedules: ["nightly"],
      lifecycle: ["install"],
    });
  });

  it.each(["events: handlers", "events: { ...handlers }", "events: { [name]: handle }"])(
    "stays unknown where it is not written out: %s",
    (text) => {
      expect(readModuleUse(plugin(text)).handlers.events).toBeNull();
    },
  );

  it("is found up to the place that cannot be followed, without failing", () => {
    expect(readModuleUse('context.storage.get("a"); ) nonsense').calls).toMatchObject([{ method: "storage.get" }]);
  });
});

describe("sizes", () => {
  it("are reported by part and add up", async () => {
    const bundle = await bundleOf();
    const report = sizeReportOf(bundle);
    expect(report.bundle.size).toBe(bundle.size);
    expect(report.parts.reduce((sum, { size }) => sum + size, 0)).toBe(report.unpacked.size);
    expect(report.parts.map(({ name }) => name)).toEqual(expect.arrayContaining(["manifest", "server", "readme"]));
    expect(report.heaviest.length).toBeLessThanOrEqual(5);
  });

  it("entropy counts bits for each character", () => {
    expect(bitsPerCharacter("aaaa")).toBe(0);
    expect(bitsPerCharacter("abcd")).toBe(2);
  });
});
