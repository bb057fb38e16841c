import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { unstable_splitSqlQuery } from "wrangler";
import { ROOT } from "./root.ts";

/** The statements of `migrations/<name>` in order, for databases that no `wrangler` reaches. */
export async function migrationsOf(name: "core" | "search"): Promise<string[]> {
  const folder = path.join(ROOT, "migrations", name);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
  return texts.flatMap((text) => unstable_splitSqlQuery(text));
}
