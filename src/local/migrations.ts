import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { unstable_splitSqlQuery } from "wrangler";
import { ROOT } from "./root.ts";

/** The files of `migrations/<name>` in order, each with its statements. */
export async function migrationFiles(
  name: "core" | "search",
): Promise<{ readonly file: string; readonly statements: readonly string[] }[]> {
  const folder = path.join(ROOT, "migrations", name);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (file) => ({
      file,
      statements: unstable_splitSqlQuery(await readFile(path.join(folder, file), "utf8")),
    })),
  );
}

/** The statements of `migrations/<name>` in order, for databases that no `wrangler` reaches. */
export async function migrationsOf(name: "core" | "search"): Promise<string[]> {
  return (await migrationFiles(name)).flatMap(({ statements }) => statements);
}
