import type { SQLiteTable } from "drizzle-orm/sqlite-core";

type Columns<Table extends SQLiteTable> = Table["_"]["columns"];

/** A whole row of a table as raw SQL answers it: under the names of the columns. */
export type SqlRow<Table extends SQLiteTable> = {
  readonly [Key in keyof Columns<Table> as Columns<Table>[Key]["_"]["name"]]: Table["$inferSelect"][Key &
    keyof Table["$inferSelect"]];
};
