// Read by vitest, not by the CLI: how the tests of a plugin run. The project's folder is the root it was started with.
import { createRequire } from "node:module";
import { findSdk, resolveSdk, SDK_NAME } from "../sdk.ts";

const require = createRequire(import.meta.url);
const INCLUDE = ["test/**/*.test.{ts,tsx,js,mjs}"];

/** The SDK is the one beside this CLI, whatever else is installed; vitest is the one that runs. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default {
  plugins: [
    {
      name: "rbsm-sdk",
      enforce: "pre",
      resolveId(id: string): string | null {
        if (id === SDK_NAME || id.startsWith(`${SDK_NAME}/`)) return resolveSdk(id);
        return null;
      },
    },
  ],
  resolve: { alias: [{ find: /^vitest$/, replacement: process.env.RBSM_VITEST ?? require.resolve("vitest") }] },
  server: { fs: { strict: false } },
  test: {
    include: INCLUDE,
    watch: false,
    css: true,
    server: { deps: { inline: [findSdk().folder] } },
  },
};
