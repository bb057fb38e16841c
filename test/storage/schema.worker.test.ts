import { env } from "cloudflare:workers";
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, it } from "vitest";
import * as account from "../../src/storage/account/schema.ts";
import * as session from "../../src/storage/account/session-schema.ts";
import * as advisory from "../../src/storage/advisory/schema.ts";
import * as catalogue from "../../src/storage/catalogue/schema.ts";
import * as execution from "../../src/storage/execution/schema.ts";
import * as ui from "../../src/storage/execution/ui-schema.ts";
import * as hooks from "../../src/storage/hooks/schema.ts";
import * as device from "../../src/storage/license/device-schema.ts";
import * as license from "../../src/storage/license/schema.ts";
import * as moderation from "../../src/storage/moderation/schema.ts";
import * as operations from "../../src/storage/operations/schema.ts";
import * as publish from "../../src/storage/publish/schema.ts";
import * as sales from "../../src/storage/sales/schema.ts";
import * as showcase from "../../src/storage/showcase/schema.ts";
import * as update from "../../src/storage/update/schema.ts";

const TYPED: readonly SQLiteTable[] = [
  account,
  session,
  catalogue,
  execution,
  ui,
  device,
  license,
  hooks,
  moderation,
  publish,
  operations,
  sales,
  showcase,
  advisory,
  update,
].flatMap((schema) => Object.values(schema));

interface RealColumn {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  /** Place in the primary key from 1, or 0. */
  readonly pk: number;
  readonly dflt_value: string | null;
}

it("every table of the migrations is typed once, and nothing else is", async () => {
  const names = TYPED.map((table) => getTableConfig(table).name);
  expect(names.sort()).toEqual((await realTables()).map(({ name }) => name).sort());
});

it("every table is STRICT", async () => {
  const loose = (await realTables()).filter(({ strict }) => strict !== 1);
  expect(loose.map(({ name }) => name)).toEqual([]);
});

it.each(TYPED.map((table) => [getTableConfig(table).name, table] as const))(
  "the typed columns of %s are those of the migrations: type, need for a value, default, place in the key, words",
  async (name, table) => {
    const { columns, primaryKeys } = getTableConfig(table);
    const composite = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
    const typed = columns.map((column) => [
      column.name,
      {
        type: column.getSQLType().toUpperCase(),
        isNeeded: column.notNull,
        initial: literal(column),
        place: column.primary ? 1 : composite.indexOf(column.name) + 1,
        words: column.enumValues ?? null,
      },
    ]);
    const sql = (await realTables()).find((real) => real.name === name)?.sql ?? "";
    const { results } = await env.DB.prepare("SELECT * FROM pragma_table_info(?)").bind(name).all<RealColumn>();
    const real = results.map((column) => [
      column.name,
      {
        type: column.type,
        isNeeded: column.notnull === 1 || column.pk > 0,
        initial: column.dflt_value,
        place: column.pk,
        words: wordsOf(sql, column.name),
      },
    ]);
    expect(Object.fromEntries(typed)).toEqual(Object.fromEntries(real));
  },
);

/** Without the tables of SQLite, D1 and its migrations. */
async function realTables(): Promise<{ name: string; strict: number; sql: string }[]> {
  const { results } = await env.DB.prepare(
    `SELECT l.name, l.strict, m.sql FROM pragma_table_list l JOIN sqlite_master m ON m.name = l.name
     WHERE l.schema = 'main' AND l.type = 'table' AND m.type = 'table'
       AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND l.name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND l.name <> 'd1_migrations'`,
  ).all<{ name: string; strict: number; sql: string }>();
  return results;
}

/** A default as SQL writes it. */
function literal(column: SQLiteColumn): string | null {
  if (column.default === undefined) return null;
  return typeof column.default === "string" ? `'${column.default}'` : String(column.default);
}

/** The words of `CHECK (column IN ('…', '…'))`. */
function wordsOf(sql: string, column: string): string[] | null {
  const list = new RegExp(`CHECK \\(${column} IN \\(('[^)]*)\\)\\)`).exec(sql)?.[1];
  return list === undefined ? null : list.split(",").map((word) => word.trim().slice(1, -1));
}
