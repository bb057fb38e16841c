import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

export const SDK_NAME = "@rising-bsm/plugin-sdk";

const require = createRequire(import.meta.url);

/** Where the SDK that belongs to this CLI lies, and its version: plugins are built against this one, whatever else is installed. */
export function findSdk(): { readonly folder: string; readonly version: string } {
  const folder = path.dirname(require.resolve(SDK_NAME));
  return { folder, version: readVersion(path.join(folder, "package.json")) };
}

/** The file behind `@rising-bsm/plugin-sdk` or `@rising-bsm/plugin-sdk/<name>`. Throws for a name the SDK does not export. */
export function resolveSdk(specifier: string): string {
  return require.resolve(specifier);
}

export function readCliVersion(): string {
  return readVersion(path.join(import.meta.dirname, "../package.json"));
}

function readVersion(file: string): string {
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
  return version;
}
