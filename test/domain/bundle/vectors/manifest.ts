import { concatBytes, encodeUtf8 } from "../../../../src/domain/bytes.ts";
import type { Json, JsonObject } from "../../../../src/domain/json/json.ts";
import { zip } from "../archive.ts";
import { prose } from "../noise.ts";
import { bundle, SAMPLE_MANIFEST } from "../sample.ts";
import { type Vector, vector } from "./vector.ts";

const IN_MANIFEST = { path: "manifest.json" };

export const JSON_VECTORS: readonly Vector[] = [
  vector("manifest_missing--archive-of-others", () => zip([{ name: "a", data: "x".repeat(100) }])),
  vector("manifest_too_large--half-a-mebibyte", () => spelled(prose(524_289))),
  vector("json_bom--before-the-brace", () => spelled(concatBytes(Uint8Array.of(0xef, 0xbb, 0xbf), encodeUtf8("{}")))),
  vector("json_utf8--stray-byte", () => spelled(Uint8Array.of(0x7b, 0xff, 0x7d)), {
    ...IN_MANIFEST,
    line: 1,
    column: 2,
  }),
  vector("json_syntax--trailing-comma", () => spelled(encodeUtf8('{"a":1,\n}')), {
    ...IN_MANIFEST,
    line: 2,
    column: 1,
  }),
  vector("json_syntax--comment", () => spelled(encodeUtf8("{/* */}"))),
  vector("json_duplicate_key--top", () => spelled(encodeUtf8('{"a":1,"a":1}')), { ...IN_MANIFEST, line: 1, column: 8 }),
  vector("json_duplicate_key--escaped-and-deep", () => spelled(encodeUtf8('{"b":[{"a":1,"\\u0061":1}]}'))),
  vector("json_forbidden_key--proto", () => spelled(encodeUtf8('{"__proto__":{}}'))),
  vector("json_forbidden_key--constructor-deep", () => spelled(encodeUtf8('{"a":{"constructor":1}}'))),
  vector("json_depth--17", () => spelled(encodeUtf8(`${"[".repeat(17)}${"]".repeat(17)}`))),
  vector("json_number--fraction", () => spelled(encodeUtf8('{ "b": 1.0, "a": "\\u00e4", "aa": [ ] }'))),
  vector("json_number--beyond-2-to-the-53", () => spelled(encodeUtf8('{"a":9007199254740992}'))),
  vector("json_number--exponent", () => spelled(encodeUtf8('{"a":1e2}'))),
  vector("json_number--minus-zero", () => spelled(encodeUtf8('{"a":-0}'))),
  vector("json_surrogate--lone", () => spelled(encodeUtf8('{"a":"\\ud800"}'))),
  vector("json_not_canonical--spaced", () => spelled(encodeUtf8('{ "b": 1, "a": "\\u00e4", "aa": [ ] }'))),
  vector("json_not_canonical--final-newline", () => bundle({ spell: (bytes) => concatBytes(bytes, encodeUtf8("\n")) })),
];

export const FIELD_VECTORS: readonly Vector[] = [
  vector("manifest_format--2", () => bundle({ manifest: { formatVersion: 2 } }), pointer("/formatVersion")),
  vector(
    "manifest_field_missing--publisher",
    () => bundle({ manifest: { publisher: undefined } }),
    pointer("/publisher"),
  ),
  vector(
    "manifest_field_missing--deep",
    () => bundle({ manifest: { source: { repository: "https://a.de/b" } } }),
    pointer("/source/commit"),
  ),
  vector("manifest_field_unknown--top", () => bundle({ manifest: { postInstall: "rm" } }), pointer("/postInstall")),
  vector(
    "manifest_field_unknown--deep",
    () => bundle({ manifest: { support: { email: "a@b.de", fax: "1" } } }),
    pointer("/support/fax"),
  ),
  vector("manifest_field_type--name", () => bundle({ manifest: { name: 7 } }), pointer("/name")),
  vector("manifest_field_type--array", () => bundle({ complete: () => [] }), pointer("")),
  ...FIELD_VALUES().map(([note, manifest, at]) =>
    vector(`manifest_field_value--${note}`, () => bundle({ manifest }), pointer(at)),
  ),
];

/** Note, fields replaced, pointer of the first problem. */
function FIELD_VALUES(): readonly (readonly [string, { readonly [field: string]: Json }, string])[] {
  const egress = (host: string) => ({ egress: [{ host, reason: "Needed for reminders." }] });
  const permission = (code: string) => ({ code, description: "Needed for the notes.", required: true });
  const schedule = (cron: string) => ({ schedules: [{ id: "a", cron }] });
  const route = (path: string) => ({ routes: [{ method: "GET", path, access: "session" }] });
  const pricing = (tiers: Json) => ({ pricing: { currency: "EUR", tiers } });
  const tiers = (SAMPLE_MANIFEST.pricing as JsonObject).tiers as readonly JsonObject[];
  const [free, , basic] = tiers as readonly [JsonObject, JsonObject, JsonObject, JsonObject];
  const setting = (field: JsonObject) => ({ settings: { version: 2, fields: [{ key: "a", label: "A", ...field }] } });
  return [
    ["format-zero", { formatVersion: 0 }, "/formatVersion"],
    ["name-underscore", { name: "visit_notes" }, "/name"],
    ["name-short", { name: "ab" }, "/name"],
    ["version-build", { version: "1.4.0+1" }, "/version"],
    ["version-v", { version: "v1.4.0" }, "/version"],
    ["publisher-upper", { publisher: "Acme" }, "/publisher"],
    ["display-name-short", { displayName: "Vi" }, "/displayName"],
    ["display-name-spaces", { displayName: " Visit notes" }, "/displayName"],
    ["description-two-lines", { description: "Adds a note form\nto every appointment." }, "/description"],
    ["type-unknown", { type: "daemon" }, "/type"],
    ["category-free", { category: "sms" }, "/category"],
    ["tags-unsorted", { tags: ["sms", "notes"] }, "/tags"],
    ["tags-twice", { tags: ["sms", "sms"] }, "/tags"],
    ["license-unknown", { license: "MITT" }, "/license"],
    ["license-reference", { license: "LicenseRef-Mine" }, "/license"],
    ["channel-nightly", { channel: "nightly" }, "/channel"],
    ["repository-http", { repository: "http://acme.io" }, "/repository"],
    ["homepage-credentials", { homepage: "https://a:b@acme.io" }, "/homepage"],
    ["support-nobody", { support: {} }, "/support"],
    ["security-phone", { security: "+43 1 234" }, "/security"],
    ["source-short-commit", { source: { repository: "https://a.de/b", commit: "abc" } }, "/source/commit"],
    ["icon-elsewhere", { icon: "icons/other.png" }, "/icon"],
    ["screenshot-alt-short", { screenshots: [{ file: "screenshots/board.png", alt: "Board" }] }, "/screenshots/0/alt"],
    ["permission-wildcard", { permissions: [permission("customers.*")] }, "/permissions/0/code"],
    [
      "permissions-unsorted",
      { permissions: [permission("requests.read"), permission("customers.read")] },
      "/permissions",
    ],
    ["event-unknown", { events: [{ on: "invoice.created" }] }, "/events/0/on"],
    ["event-timeout", { events: [{ on: "appointment.created", timeoutMs: 99 }] }, "/events/0/timeoutMs"],
    ["emits-twice", { emits: ["noted", "noted"] }, "/emits"],
    ["route-without-slash", route("notes"), "/routes/0/path"],
    ["route-seven-segments", route("/a/b/c/d/e/f/g"), "/routes/0/path"],
    ["route-dots", route("/a/../b"), "/routes/0/path"],
    ["routes-same-shape", { routes: [...route("/a/:b").routes, ...route("/a/:c").routes] }, "/routes"],
    ["cron-every-minute", schedule("* * * * *"), "/schedules/0/cron"],
    ["cron-four-minutes-apart", schedule("58,2 * * * *"), "/schedules/0/cron"],
    ["cron-six-fields", schedule("0 0 3 * * *"), "/schedules/0/cron"],
    [
      "timezone-invented",
      { schedules: [{ id: "a", cron: "0 3 * * *", timezone: "Europe/Linz" }] },
      "/schedules/0/timezone",
    ],
    ["view-both", { ui: { settingsPanel: { view: { file: "ui/a.html", route: "/a" } } } }, "/ui/settingsPanel/view"],
    [
      "widget-refresh",
      { ui: { widgets: [{ id: "a", title: "A", view: { route: "/board" }, size: "small", refreshSeconds: 59 }] } },
      "/ui/widgets/0/refreshSeconds",
    ],
    ["egress-public-suffix", egress("*.co.uk"), "/egress/0/host"],
    ["egress-private-suffix", egress("*.github.io"), "/egress/0/host"],
    ["egress-address", egress("10.0.0.1"), "/egress/0/host"],
    ["egress-ipv6", egress("[fd00::1]"), "/egress/0/host"],
    ["egress-localhost", egress("localhost"), "/egress/0/host"],
    ["egress-reserved", egress("api.sms.example"), "/egress/0/host"],
    ["egress-internal", egress("db.internal"), "/egress/0/host"],
    ["egress-everything", egress("*"), "/egress/0/host"],
    ["egress-upper", egress("API.sms77.io"), "/egress/0/host"],
    ["egress-unicode", egress("bücher.de"), "/egress/0/host"],
    ["dependency-tag", { dependencies: { "pdf-writer": "latest" } }, "/dependencies/pdf-writer"],
    ["dependency-url", { dependencies: { "pdf-writer": "https://a.de/x.rbsm" } }, "/dependencies/pdf-writer"],
    ["trial-days-91", { trialDays: 91 }, "/trialDays"],
    ["tiers-order", pricing([basic, free]), "/pricing/tiers"],
    ["tier-free-with-price", pricing([{ ...free, price: 1 }]), "/pricing/tiers/0/price"],
    ["tier-basic-on-request", pricing([{ ...basic, price: null }]), "/pricing/tiers/0/price"],
    ["changes-none", { changes: [] }, "/changes"],
    ["setting-secret-default", setting({ type: "secret", readable: true, default: "x" }), "/settings/fields/0/default"],
    ["setting-secret-mute", setting({ type: "secret" }), "/settings/fields/0"],
    ["setting-bounds-crossed", setting({ type: "integer", min: 2, max: 1 }), "/settings/fields/0/max"],
    ["setting-decimal-number", setting({ type: "decimal", default: 1 }), "/settings/fields/0/default"],
    ["setting-select-without-options", setting({ type: "select" }), "/settings/fields/0"],
    [
      "setting-inject-of-text",
      setting({ type: "text", inject: { host: "api.sms77.io", header: "A" } }),
      "/settings/fields/0/inject",
    ],
  ];
}

export const RULE_VECTORS: readonly Vector[] = RULES().map(([note, manifest, at]) =>
  vector(`manifest_rule--${note}`, () => bundle({ manifest }), pointer(at)),
);

function RULES(): readonly (readonly [string, { readonly [field: string]: Json | undefined }, string])[] {
  const paid = SAMPLE_MANIFEST.pricing as JsonObject;
  const [free] = paid.tiers as readonly JsonObject[];
  const injected = { key: "a", type: "secret", label: "A", inject: { host: "api.other.io", header: "A" } };
  return [
    [
      "api-without-route",
      {
        type: "api",
        routes: undefined,
        ui: { pages: [{ id: "a", title: "A", view: { file: "ui/pages/notes.html" } }] },
      },
      "/type",
    ],
    ["automation-without-event", { type: "automation", events: [], schedules: [] }, "/type"],
    [
      "mixed-of-one",
      {
        type: "mixed",
        routes: [],
        events: [],
        schedules: [],
        ui: { settingsPanel: { view: { file: "ui/pages/settings.html" } } },
      },
      "/type",
    ],
    [
      "server-without-need",
      {
        type: "ui",
        routes: [],
        events: [],
        schedules: [],
        ui: { settingsPanel: { view: { file: "ui/pages/settings.html" } } },
      },
      "/files",
    ],
    ["prerelease-on-stable", { version: "1.4.0-beta.2" }, "/channel"],
    ["channel-without-prerelease", { channel: "beta" }, "/channel"],
    ["prerelease-without-number", { version: "1.4.0-beta", channel: "beta" }, "/channel"],
    [
      "file-not-there",
      { screenshots: [{ file: "screenshots/other.png", alt: "Another picture" }] },
      "/screenshots/0/file",
    ],
    ["picture-not-named", { icon: undefined }, "/files"],
    [
      "view-not-a-route",
      {
        ui: {
          pages: [
            { id: "a", title: "Aa", view: { route: "/nowhere" } },
            { id: "b", title: "B", view: { file: "ui/pages/notes.html" } },
          ],
        },
      },
      "/ui/pages/0/view/route",
    ],
    [
      "view-of-a-webhook",
      { routes: [{ method: "GET", path: "/board", access: "public" }] },
      "/ui/widgets/0/view/route",
    ],
    ["event-without-dependency", { dependencies: {} }, "/events/1/on"],
    ["event-without-permission", { permissions: [] }, "/events/0/on"],
    [
      "event-with-optional-permission",
      { permissions: [{ code: "appointments.read", description: "Shows the appointment.", required: false }] },
      "/events/0/on",
    ],
    [
      "migrations-and-version",
      { settings: { ...(SAMPLE_MANIFEST.settings as JsonObject), version: 3 } },
      "/settings/version",
    ],
    ["inject-beyond-egress", { settings: { version: 2, fields: [injected] } }, "/settings/fields/0/inject/host"],
    ["trial-without-paid-tier", { pricing: { currency: "EUR", tiers: [free as JsonObject] } }, "/trialDays"],
    ["trial-tier-without-days", { trialDays: 0 }, "/pricing/tiers"],
    [
      "depends-on-itself",
      { dependencies: { "pdf-writer": "^2.1.0", "visit-notes": "*" } },
      "/dependencies/visit-notes",
    ],
    ["app-range-empty", { minAppVersion: "1.10.0", maxAppVersion: "1.9.0" }, "/maxAppVersion"],
    [
      "host-permission-of-a-stranger",
      {
        routes: [
          ...(SAMPLE_MANIFEST.routes as Json[]),
          { method: "GET", path: "/open", access: "public", hostPermission: "a.b" },
        ],
      },
      "/routes/3/hostPermission",
    ],
  ];
}

function pointer(to: string): Vector["where"] {
  return { ...IN_MANIFEST, pointer: to };
}

/** A bundle whose manifest is these bytes. */
function spelled(bytes: Uint8Array): Promise<Uint8Array> {
  return bundle({ spell: () => bytes });
}
