import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { ROOT } from "./root.ts";

/** The statements of `migrations/<name>` in order, for databases that no `wrangler` reaches. */
export async function migrationsOf(name: "core"): Promise<string[]> {
  const folder = path.join(ROOT, "migrations", name);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
  return texts.flatMap(splitStatements);
}

/** Our migrations hold no triggers and no semicolons inside text, so a semicolon at a line's end ends a statement. */
function splitStatements(sql: string): string[] {
  return sql
    .replaceAll(/--[^\n]*/g, "")
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
