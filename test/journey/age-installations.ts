import { readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

/** As if the installations of this plugin had been there for a day: only then somebody may review. `data`: the launcher's folder. */
export function ageInstallations(data: string, plugin: string): void {
  const folder = path.join(data, "state");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sqlite"));
  for (const file of files) {
    const database = new DatabaseSync(path.join(folder, file));
    try {
      database.exec("PRAGMA busy_timeout = 5000");
      const isOurs = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'activations'").get() !== undefined;
      if (isOurs)
        database
          .prepare(
            `UPDATE activations SET granted_at = granted_at - 90000 WHERE license_id IN
             (SELECT l.id FROM licenses l JOIN plugins p ON p.id = l.plugin_id WHERE p.name = ?)`,
          )
          .run(plugin);
    } finally {
      database.close();
    }
  }
}
