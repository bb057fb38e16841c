import { gzipSync } from "fflate";
import { concatBytes, encodeBase64, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { sha256Hex } from "../../../src/domain/digest.ts";

/** What an older host writes: `RBSM 01 00 00` and gzip of JSON. */
export async function hostContainer(
  options: {
    readonly manifest?: object;
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
    readonly entry?: (path: string, entry: object) => object;
    readonly top?: object;
  } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const files: Record<string, object> = {};
  for (const [path, content] of Object.entries(options.files ?? { "dist/index.js": MODULE })) {
    const bytes = typeof content === "string" ? encodeUtf8(content) : content;
    const entry = {
      path,
      content: typeof content === "string" ? content : encodeBase64(content),
      encoding: typeof content === "string" ? "utf8" : "base64",
      size: bytes.length,
      checksum: await sha256Hex(bytes),
      compressed: false,
    };
    files[path] = options.entry?.(path, entry) ?? entry;
  }
  const container = { formatVersion: "1.0.0", manifest: { ...MANIFEST, ...options.manifest }, files, ...options.top };
  return wrap(encodeUtf8(JSON.stringify(container)));
}

export function wrap(json: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(Uint8Array.of(0x52, 0x42, 0x53, 0x4d, 1, 0, 0), gzipSync(json, { mtime: 0 }));
}

export const MODULE = "export default { onInstall() {}, routes: { '/lead': () => ({ status: 200 }) } };\n";

const MANIFEST = {
  name: "old-leads",
  displayName: "Old leads",
  version: "1.2.0",
  description: "Scores every request that comes in, on an older host.",
  author: "Alpenware GmbH",
  type: "mixed",
  main: "./dist/index.js",
  minAppVersion: "0.1.0",
  homepage: "https://alpenware.example/old-leads",
  permissions: [
    { code: "customers.*", description: "Reads and writes customers.", required: true },
    { code: "requests.read", description: "Reads", required: false },
    { code: "requests.read", description: "Reads the requests that come in.", required: true },
  ],
  dependencies: { "pdf-writer": "2.1.0" },
  exports: { components: [], routes: ["/lead"], hooks: ["request.created", "beforeRender"], services: [] },
};
