import type { FileMeta, TargetFiles } from "../../domain/tuf/metadata.ts";
import { KEEP_SUPERSEDED } from "../../domain/tuf/roles.ts";
import type { ListedTarget } from "./plugin-index.ts";

/** A target and the role that lists it; `plugin` is empty for the revocations. */
export interface TargetRow extends ListedTarget {
  readonly role: string;
  readonly plugin: string;
}
/** Targets that come and go in one round. */
export interface TargetChanges {
  readonly put: readonly TargetRow[];
  readonly dropped: readonly TargetRow[];
  /** What stood at paths that are put anew. */
  readonly replaced: readonly TargetRow[];
}
export interface RoleState {
  /** The highest version ever begun, whether or not it was published. */
  readonly reserved: number;
  readonly file: FileMeta | null;
  /** Unix seconds; 0 = must be signed anew. */
  readonly signedAt: number;
}
interface RoleRow extends Record<string, SqlStorageValue> {
  name: string;
  reserved: number;
  version: number | null;
  length: number | null;
  sha256: string | null;
  signed_at: number;
}

/** What the writer remembers between rounds. Every method is one step of the object's own database. */
export class TufState {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS roles (name TEXT PRIMARY KEY, reserved INTEGER NOT NULL, version INTEGER, length INTEGER,
         sha256 TEXT, signed_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS targets (path TEXT PRIMARY KEY, role TEXT NOT NULL, plugin TEXT NOT NULL,
         length INTEGER NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
       CREATE INDEX IF NOT EXISTS targets_role ON targets (role);
       CREATE INDEX IF NOT EXISTS targets_plugin ON targets (plugin);
       CREATE TABLE IF NOT EXISTS superseded (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
       CREATE INDEX IF NOT EXISTS superseded_at ON superseded (at);`,
    );
  }

  fact(name: string): string | null {
    return (
      this.#sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name).toArray()[0]?.value ?? null
    );
  }

  setFact(name: string, value: string): void {
    this.#sql.exec(
      "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name,
      value,
    );
  }

  roles(): ReadonlyMap<string, RoleState> {
    const rows = this.#sql.exec<RoleRow>("SELECT * FROM roles").toArray();
    return new Map(rows.map((row) => [row.name, stateOf(row)]));
  }

  targetsOfPlugin(plugin: string): TargetRow[] {
    return this.#sql
      .exec<TargetRow & Record<string, SqlStorageValue>>("SELECT * FROM targets WHERE plugin = ?", plugin)
      .toArray();
  }

  /** A role's targets as they will be. */
  targetsOfRole(role: string, changes: TargetChanges): TargetFiles {
    const rows = new Map(
      this.#sql
        .exec<TargetRow & Record<string, SqlStorageValue>>("SELECT * FROM targets WHERE role = ?", role)
        .toArray()
        .map((row) => [row.path, row as ListedTarget]),
    );
    for (const row of changes.dropped) if (row.role === role) rows.delete(row.path);
    for (const row of changes.put) if (row.role === role) rows.set(row.path, row);
    return Object.fromEntries(
      [...rows.values()].map(({ path, length, sha256 }) => [path, { length, hashes: { sha256 } }]),
    );
  }

  /** Versions that nobody else will ever get: a round that dies leaves a gap, never two files of one name. */
  reserve(names: readonly string[]): Record<string, number> {
    return this.#storage.transactionSync(() =>
      Object.fromEntries(
        names.map((name) => {
          const [row] = this.#sql
            .exec<{ reserved: number }>(
              `INSERT INTO roles (name, reserved) VALUES (?, 1)
               ON CONFLICT (name) DO UPDATE SET reserved = reserved + 1 RETURNING reserved`,
              name,
            )
            .toArray();
          return [name, row?.reserved ?? 1];
        }),
      ),
    );
  }

  /**
   * The database was put back to an older state: everything is listed anew from its beginning, under versions above `floor` –
   * and above whatever this object still remembers.
   */
  startOver(names: readonly string[], floor: number, restore: string): void {
    this.#storage.transactionSync(() => {
      for (const name of names)
        this.#sql.exec(
          `INSERT INTO roles (name, reserved) VALUES (?1, ?2)
           ON CONFLICT (name) DO UPDATE SET reserved = max(reserved, excluded.reserved), signed_at = 0`,
          name,
          floor,
        );
      this.#sql.exec("DELETE FROM targets");
      this.setFact("cursor", "0");
      this.setFact("restore", restore);
    });
  }

  /** A document that people made and numbered. */
  keepOffline(kind: string, text: string, file: FileMeta, at: number): void {
    this.#storage.transactionSync(() => {
      this.setFact(kind, text);
      this.#sql.exec("INSERT OR IGNORE INTO roles (name, reserved) VALUES (?, 0)", kind);
      this.#publish(kind, file, at);
      // What was signed under the document before is signed again, perhaps with other keys.
      const below = kind === "root" ? "name IN ('snapshot', 'timestamp')" : "name <> 'root' AND name <> 'targets'";
      this.#sql.exec(`UPDATE roles SET signed_at = 0 WHERE ${below}`);
    });
  }

  /** A round is published: its timestamp lies where clients look. */
  commit(
    files: Readonly<Record<string, FileMeta>>,
    changes: TargetChanges,
    supersededKeys: readonly string[],
    cursor: number,
    at: number,
  ): void {
    this.#storage.transactionSync(() => {
      for (const [name, file] of Object.entries(files)) this.#publish(name, file, at);
      for (const { path } of changes.dropped) this.#sql.exec("DELETE FROM targets WHERE path = ?", path);
      for (const row of changes.put)
        this.#sql.exec(
          `INSERT OR REPLACE INTO targets (path, role, plugin, length, sha256) VALUES (?, ?, ?, ?, ?)`,
          row.path,
          row.role,
          row.plugin,
          row.length,
          row.sha256,
        );
      for (const key of supersededKeys) this.#sql.exec("INSERT OR REPLACE INTO superseded VALUES (?, ?)", key, at);
      this.setFact("cursor", String(cursor));
    });
  }

  /** Files nobody needs any more. */
  overdue(at: number, limit: number): string[] {
    return this.#sql
      .exec<{ key: string }>("SELECT key FROM superseded WHERE at <= ? LIMIT ?", at - KEEP_SUPERSEDED, limit)
      .toArray()
      .map(({ key }) => key);
  }

  forget(keys: readonly string[]): void {
    this.#storage.transactionSync(() => {
      for (const key of keys) this.#sql.exec("DELETE FROM superseded WHERE key = ?", key);
    });
  }

  #publish(name: string, file: FileMeta, at: number): void {
    this.#sql.exec(
      "UPDATE roles SET version = ?, length = ?, sha256 = ?, signed_at = ? WHERE name = ?",
      file.version,
      file.length,
      file.hashes.sha256,
      at,
      name,
    );
  }
}

function stateOf({ reserved, version, length, sha256, signed_at }: RoleRow): RoleState {
  const file = version === null || length === null || sha256 === null ? null : { version, length, hashes: { sha256 } };
  return { reserved, file, signedAt: signed_at };
}
