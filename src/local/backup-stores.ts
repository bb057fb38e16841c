import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Miniflare } from "miniflare";
import { getPlatformProxy, unstable_splitSqlQuery } from "wrangler";
import { QUIET_ENV } from "./build.ts";
import { migrationFiles } from "./migrations.ts";
import { runTool } from "./run-tool.ts";
import { openMiniflare, type V4Worker, workerOptions } from "./worker-options.ts";

/** R2 as far as backups go: the same calls locally and of an account. */
export interface Bucket {
  list(options: { readonly limit: number; readonly cursor?: string }): Promise<{
    readonly objects: readonly { readonly key: string }[];
    readonly truncated: boolean;
    readonly cursor?: string;
  }>;
  get(key: string): Promise<{
    readonly httpMetadata?: object;
    readonly customMetadata?: object;
    arrayBuffer(): Promise<ArrayBuffer>;
  } | null>;
  put(key: string, bytes: Uint8Array, options: object): Promise<unknown>;
}

interface Database {
  prepare(sql: string): { all<T>(): Promise<{ readonly results: T[] }> };
}

/** Database and bucket of a marketplace: a data folder on this machine, or an account on Cloudflare. */
export interface Stores {
  readonly bucket: Bucket;
  /** The whole database as SQL text. */
  exportDatabase(): Promise<string>;
  /** Runs SQL text, all of it or nothing. */
  runSql(file: string): Promise<void>;
  query<T>(sql: string): Promise<T[]>;
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/** `state`: the folder `state/v3` of a launcher's data. Nothing else may use it meanwhile. */
export async function openLocalStores(state: string): Promise<Stores> {
  const { d1Databases, r2Buckets, compatibilityDate } = workerOptions("marketplace") as Record<string, unknown>;
  const script = { name: "backup", modules: true, script: "export default {};" };
  const worker = { ...script, d1Databases, r2Buckets, compatibilityDate } as unknown as V4Worker;
  const miniflare = openMiniflare({ resourcePersistencePath: state, workers: [worker] });
  const db = await miniflare.getD1Database("DB", "backup");
  return {
    bucket: (await miniflare.getR2Bucket("BUNDLES", "backup")) as unknown as Bucket,
    async exportDatabase() {
      // The statement behind `wrangler d1 export --local`, which knows no other folder than its own.
      const [lines = []] = await db.prepare("PRAGMA miniflare_d1_export(?,?,?);").bind(0, 0).raw<string[]>();
      return inOrder(lines.join("\n"));
    },
    async runSql(file) {
      await db.batch(unstable_splitSqlQuery(await readFile(file, "utf8")).map((statement) => db.prepare(statement)));
    },
    async query<T>(sql: string) {
      return (await db.prepare(sql).all<T>()).results;
    },
    async migrate() {
      await migrateLocally(db, "core");
      await migrateLocally(await miniflare.getD1Database("SEARCH", "backup"), "search");
    },
    close: () => miniflare.dispose(),
  };
}

/** An export lists views and triggers as they come, yet a trigger of a view needs the view: rows, then views, then triggers. */
function inOrder(sql: string): string {
  const statements = unstable_splitSqlQuery(sql).map((statement) => statement.trim().replace(/;$/, ""));
  const rank = (statement: string) =>
    /^CREATE\s+VIEW/i.test(statement) ? 1 : /^CREATE\s+TRIGGER/i.test(statement) ? 2 : 0;
  const ordered = [0, 1, 2].flatMap((place) => statements.filter((statement) => rank(statement) === place));
  return ordered.map((statement) => `${statement};\n`).join("");
}

/** What `wrangler d1 migrations apply` does, on a database that is open here: each missing file, all of it or nothing. */
async function migrateLocally(db: D1, name: "core" | "search"): Promise<void> {
  await db
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,
         applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
    )
    .run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map((row) => row.name));
  for (const { file, statements } of await migrationFiles(name)) {
    if (applied.has(file)) continue;
    const note = db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(file);
    await db.batch([...statements.map((statement) => db.prepare(statement)), note]);
  }
}
type D1 = Awaited<ReturnType<Miniflare["getD1Database"]>>;

/** The account that `wrangler` is logged in to; names come from wrangler.toml. */
export async function openRemoteStores(config: string): Promise<Stores> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-remote-"));
  const bindings = path.join(folder, "wrangler.json");
  const { r2Buckets, d1Databases, compatibilityDate } = workerOptions("marketplace") as unknown as {
    r2Buckets: Record<string, { id: string }>;
    d1Databases: Record<string, { id: string }>;
    compatibilityDate: string;
  };
  await writeFile(
    bindings,
    JSON.stringify({
      name: "rbsm-backup",
      compatibility_date: compatibilityDate,
      r2_buckets: [{ binding: "BUNDLES", bucket_name: r2Buckets.BUNDLES?.id, remote: true }],
      d1_databases: [{ binding: "DB", database_name: "marketplace", database_id: d1Databases.DB?.id, remote: true }],
    }),
  );
  const proxy = await getPlatformProxy<{ BUNDLES: Bucket; DB: Database }>({ configPath: bindings, persist: false });
  const remote = (args: readonly string[]) => runTool("wrangler", ["d1", ...args, "--remote", "-c", config], QUIET_ENV);
  return {
    bucket: proxy.env.BUNDLES,
    async exportDatabase() {
      const file = path.join(folder, "export.sql");
      await remote(["export", "DB", "--output", file]);
      return inOrder(await readFile(file, "utf8"));
    },
    runSql: (file) => remote(["execute", "DB", "--yes", "--file", file]),
    async query<T>(sql: string) {
      return (await proxy.env.DB.prepare(sql).all<T>()).results;
    },
    async migrate() {
      for (const database of ["DB", "SEARCH"]) await remote(["migrations", "apply", database]);
    },
    async close() {
      await proxy.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
