import { packBundle } from "../src/domain/bundle/pack.ts";
import type { Bytes } from "../src/domain/bytes.ts";
import { encodeUtf8 } from "../src/domain/bytes.ts";
import type { JsonObject } from "../src/domain/json/json.ts";

export interface OwnPlugin {
  readonly bytes: Bytes;
  /** What the host sends beside the bundle. */
  readonly metadata: { readonly name: string; readonly checksum: string; readonly [member: string]: unknown };
}

/** A small valid plugin, packed; another `note` gives other bytes, `padding` bytes of noise make it large. */
export async function ownPlugin(options: {
  readonly publisher: string;
  readonly name: string;
  readonly version?: string;
  readonly note?: string;
  readonly padding?: number;
  readonly manifest?: JsonObject;
  readonly server?: string;
  readonly files?: ReadonlyMap<string, Uint8Array>;
}): Promise<OwnPlugin> {
  const { publisher, name, version = "1.0.0", note = "a plugin of our own" } = options;
  const manifest = {
    formatVersion: 1,
    name,
    version,
    publisher,
    // One of its own: two publishers with one display name are a matter for the desk.
    displayName: `Own ${name}`.slice(0, 60),
    description: "Counts the requests that come in and keeps the number.",
    type: "automation",
    category: "requests",
    tags: ["own"],
    license: "MIT",
    channel: "stable",
    minAppVersion: "0.1.0",
    support: { email: "help@alpenware.example" },
    security: "security@alpenware.example",
    permissions: [
      { code: "requests.read", description: "Hears of new requests.", required: true },
      { code: "storage.read", description: "Reads the number it keeps.", required: true },
      { code: "storage.write", description: "Keeps the number of requests.", required: true },
    ],
    events: [{ on: "request.created" }],
    egress: [],
    dependencies: {},
    trialDays: 0,
    pricing: {
      currency: "EUR",
      tiers: [{ id: "free", price: 0, interval: "none", features: ["All"], limits: LIMITS }],
    },
    changes: ["The first version of it."],
    ...(options.padding === undefined ? {} : PAGE),
    ...options.manifest,
  };
  const text = (value: string): Uint8Array => encodeUtf8(value);
  const files = new Map([
    ["CHANGELOG.md", text(`# Changelog\n\n## ${version}\n\n- ${note}\n`)],
    ["LICENSE", text("MIT License\n")],
    ["README.md", text(`# Own plugin\n\n${"It counts the requests that come in. ".repeat(12)}\n`)],
    ["server/main.js", text(options.server ?? SERVER)],
  ]);
  for (const [path, bytes] of options.files ?? []) files.set(path, bytes);
  if (options.padding !== undefined) {
    files.set("ui/index.html", text("<!doctype html><title>Own plugin</title><p>Numbers"));
    for (const [path, bytes] of noise(options.padding)) files.set(path, bytes);
  }
  const packed = await packBundle({ manifest, files });
  if (!packed.ok) throw new Error(JSON.stringify(packed.problem));
  const { bytes, sha256 } = packed.value;
  return {
    bytes: bytes as Bytes,
    metadata: {
      name,
      displayName: manifest.displayName,
      description: manifest.description,
      version,
      author: publisher,
      authorId: 3,
      category: "requests",
      tags: ["own"],
      screenshots: [],
      pricing: { free: 0 },
      permissions: manifest.permissions.map((permission) => ({ ...permission, name: permission.code })),
      dependencies: [],
      minAppVersion: "0.1.0",
      certificate: "",
      publicKey: "",
      checksum: sha256,
    },
  };
}

const LIMITS = { installs: null, apiCalls: 1000, storageMiB: 10, users: null };

const PAGE = { type: "mixed", ui: { pages: [{ id: "numbers", title: "Numbers", view: { file: "ui/index.html" } }] } };

const SERVER = `export default {
  events: {
    "request.created": async (context, event) => {
      const count = ((await context.storage.get("count")) ?? 0) + 1;
      await context.storage.set("count", count);
      context.log.info("request", event.entityId, "is number", count);
      return { count };
    },
  },
};
`;

/** Text that does not deflate well, in files a bundle may hold. */
function noise(length: number): [string, Uint8Array][] {
  const files: [string, Uint8Array][] = [];
  let state = 1;
  for (let left = length, number = 0; left > 0; number++) {
    const size = Math.min(left, 1_000_000);
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      bytes[i] = 97 + ((state >>> 16) % 26);
    }
    files.push([`ui/noise-${number}.txt`, bytes]);
    left -= size;
  }
  return files;
}
