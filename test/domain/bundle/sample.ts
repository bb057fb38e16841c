import { completeManifest, deflate } from "../../../src/domain/bundle/pack.ts";
import { writeArchive } from "../../../src/domain/bundle/write.ts";
import { canonicalBytes } from "../../../src/domain/json/canonical.ts";
import type { Json, JsonObject } from "../../../src/domain/json/json.ts";
import { bytesOf } from "./archive.ts";
import { jpeg, png, webp, woff2 } from "./pictures.ts";

/** What an author of a plugin with every kind of file writes. */
export const SAMPLE_MANIFEST: JsonObject = {
  formatVersion: 1,
  name: "visit-notes",
  version: "1.4.0",
  publisher: "acme",
  type: "mixed",
  channel: "stable",
  displayName: "Visit notes",
  description: "Adds a note form to every appointment and reminds customers by SMS.",
  category: "appointments",
  tags: ["notes", "sms"],
  license: "MIT OR (Apache-2.0 WITH LLVM-exception)",
  minAppVersion: "0.1.0",
  maxAppVersion: "1.0.0",
  repository: "https://github.com/acme/visit-notes",
  homepage: "https://acme.io/notes",
  support: { email: "help@acme.io" },
  security: "security@acme.io",
  source: { repository: "https://github.com/acme/visit-notes", commit: "0123456789abcdef0123456789abcdef01234567" },
  icon: "icons/icon.png",
  screenshots: [{ file: "screenshots/board.png", alt: "The board with three notes" }],
  permissions: [
    { code: "appointments.read", description: "Shows the appointment a note belongs to.", required: true },
    { code: "notifications.send", description: "Tells you when a note is missing.", required: false },
  ],
  events: [{ on: "appointment.created", timeoutMs: 2000 }, { on: "plugin:pdf-writer:printed" }],
  emits: ["noted"],
  routes: [
    { method: "GET", path: "/notes/:id", access: "session", hostPermission: "appointments.view" },
    { method: "GET", path: "/board", access: "session" },
    { method: "POST", path: "/hook", access: "webhook", bodyKiB: 16 },
  ],
  schedules: [{ id: "nightly", cron: "0 3 * * *", timezone: "Europe/Berlin", missed: "once" }],
  ui: {
    pages: [{ id: "notes", title: "Notes", view: { file: "ui/pages/notes.html" }, icon: "notebook" }],
    widgets: [{ id: "board", title: "Board", view: { route: "/board" }, size: "small", refreshSeconds: 60 }],
    settingsPanel: { view: { file: "ui/pages/settings.html" } },
  },
  settings: {
    version: 2,
    fields: [
      {
        key: "smsKey",
        type: "secret",
        label: "SMS API key",
        inject: { host: "api.sms77.io", header: "Authorization", prefix: "Bearer " },
      },
      { key: "pin", type: "secret", label: "PIN", readable: true },
      { key: "rate", type: "decimal", label: "Rate", default: "0.25", min: "0", max: "1" },
      {
        key: "tone",
        type: "select",
        label: "Tone",
        default: "kind",
        options: [
          { value: "kind", label: "Kind" },
          { value: "brief", label: "Brief" },
        ],
      },
    ],
  },
  egress: [{ host: "api.sms77.io", reason: "Sends the reminder messages." }],
  dependencies: { "pdf-writer": "^2.1.0" },
  trialDays: 14,
  pricing: {
    currency: "EUR",
    tiers: [
      tier("free", 0, "none"),
      tier("trial", 0, "none"),
      { ...tier("basic", 900, "month"), popular: true },
      tier("enterprise", null, "year"),
    ],
  },
  changes: ["Reminders can be switched off per customer."],
};

function tier(id: string, price: number | null, interval: string): JsonObject {
  return {
    id,
    price,
    interval,
    features: ["All notes"],
    limits: { installs: 3, apiCalls: 10000, storageMiB: 100, users: null },
  };
}

export const README = `# Visit notes\n\n${"Notes belong to visits, and visits to people. ".repeat(8)}\n`;

export const SAMPLE_FILES: Readonly<Record<string, Uint8Array>> = {
  "CHANGELOG.md": bytesOf("# Changelog\n\n## 1.4.0\n\n- Reminders can be switched off.\n"),
  LICENSE: bytesOf("MIT License\n"),
  NOTICE: bytesOf("With thanks to everybody.\n"),
  "README.md": bytesOf(README),
  "icons/icon.png": png(128, 128),
  "locales/de-AT.json": bytesOf('{"title":"Besuchsnotizen"}'),
  "migrations/settings-2.json": bytesOf('{"operations":[{"op":"rename","key":"fee","to":"rate","undoable":true}]}'),
  "screenshots/board.png": png(640, 360),
  "server/main.js": bytesOf(
    'export default { events: { "appointment.created": async (c) => await c.log.info("x") } };\n',
  ),
  "ui/pages/drawing.svg": bytesOf('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1"/></svg>'),
  "ui/pages/notes.html": bytesOf('<script src="../shared/app.js"></script>'),
  "ui/pages/photo.jpg": jpeg(8, 8),
  "ui/pages/settings.html": bytesOf("<p>Settings</p>"),
  "ui/pages/soft.webp": webp(),
  "ui/shared/app.js": bytesOf('import "./style.css";\n'),
  "ui/shared/font.woff2": woff2(),
  "ui/shared/style.css": bytesOf('@font-face { src: url("font.woff2") }\n'),
};

export interface Variant {
  /** Members replaced in the author's manifest; `undefined` removes one. */
  readonly manifest?: { readonly [field: string]: Json | undefined };
  /** Files added or replaced; null removes one. */
  readonly files?: { readonly [path: string]: Uint8Array | string | null };
  /** The last word on the complete manifest. */
  readonly complete?: (manifest: Record<string, Json>) => Json;
  /** The last word on the manifest's bytes. */
  readonly spell?: (bytes: Uint8Array) => Uint8Array;
  /** The file map as if these files were not there, though they are. */
  readonly unlisted?: readonly string[];
}

/** A bundle of the sample's files, changed; written by the packer's own writer, but not judged. */
export async function bundle(variant: Variant = {}): Promise<Uint8Array> {
  const files = new Map(Object.entries(SAMPLE_FILES));
  for (const [path, content] of Object.entries(variant.files ?? {})) {
    if (content === null) files.delete(path);
    else files.set(path, bytesOf(content));
  }
  const listed = new Map([...files].filter(([path]) => !variant.unlisted?.includes(path)));
  const author: Record<string, Json> = { ...SAMPLE_MANIFEST };
  for (const [field, value] of Object.entries(variant.manifest ?? {})) {
    if (value === undefined) delete author[field];
    else author[field] = value;
  }
  const complete = { ...(await completeManifest({ manifest: author, files: listed, sdk: "1.0.0" })) };
  const bytes = canonicalBytes(variant.complete?.(complete) ?? complete);
  return writeArchive(new Map([["manifest.json", variant.spell?.(bytes) ?? bytes], ...files]), deflate);
}
