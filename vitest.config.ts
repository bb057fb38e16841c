import { readFileSync } from "node:fs";
import path from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { answerEgress } from "./test/outside/egress.ts";
import { answerInstance } from "./test/outside/instance.ts";
import { TEST_SECRETS } from "./test/secrets.ts";
import { bundleWorker } from "./test/worker-bundle.ts";

const root = import.meta.dirname;
/** Nothing asserts time; a busy machine may be slow. */
const PATIENCE_MS = 60_000;

/** All migrations as one, since every test file starts from an empty database. */
function atOnce(migrations: Awaited<ReturnType<typeof readD1Migrations>>) {
  return [{ name: "all", queries: migrations.flatMap(({ queries }) => queries) }];
}

/** The marketplace's tests run inside workerd with real D1, R2, queues, Durable Objects and the real sandbox Worker. */
const worker = defineConfig(async () => {
  const { main, plugin } = await bundleWorker();
  return {
    plugins: [
      plugin,
      cloudflareTest({
        main,
        wrangler: { configPath: path.join(root, "wrangler.toml") },
        remoteBindings: false,
        miniflare: {
          cf: false,
          modulesRules: [{ type: "ESModule", include: ["**/dist/test/worker-*.js"] }],
          outboundService: answerInstance as never,
          workerLoaders: { LOADER: {} },
          bindings: {
            ...TEST_SECRETS,
            TEST_MIGRATIONS: atOnce(await readD1Migrations(path.join(root, "migrations/core"))),
            TEST_SEARCH: atOnce(await readD1Migrations(path.join(root, "migrations/search"))),
          },
          workers: [
            {
              name: "sandbox",
              modules: [
                {
                  type: "ESModule" as const,
                  path: "worker.js",
                  contents: readFileSync(path.join(root, "dist/sandbox/worker.js"), "utf8"),
                },
              ],
              compatibilityDate: "2026-08-10",
              workerLoaders: { LOADER: {} },
              durableObjects: { METER: { className: "EgressMeter", useSQLite: true } },
              outboundService: answerEgress as never,
            },
          ],
        },
      }),
    ],
    test: {
      name: "worker",
      root,
      include: ["test/**/*.worker.test.ts"],
      setupFiles: ["./test/worker-setup.ts"],
      testTimeout: PATIENCE_MS,
      hookTimeout: PATIENCE_MS,
    },
  };
});

export default defineConfig({
  test: {
    // Most files wait for processes of their own, so a few more than there are cores.
    maxWorkers: 3,
    projects: [
      worker,
      {
        test: {
          name: "node",
          root,
          include: ["test/**/*.node.test.ts", "test/architecture.test.ts"],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: "journey",
          root,
          include: ["test/**/*.journey.test.ts"],
          fileParallelism: false,
          globalSetup: ["./test/journey/setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          // Plugins that starve a machine: after everything else, so that nothing else is starved.
          name: "alone",
          root,
          include: ["test/**/*.alone.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
    ],
  },
});
