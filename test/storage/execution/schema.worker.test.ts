import { env } from "cloudflare:workers";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { expect, it } from "vitest";
import * as schema from "../../../src/storage/execution/schema.ts";

it("the typed schema names the columns of the migrations, with the same need for a value", async () => {
  for (const table of Object.values(schema) as SQLiteTable[]) {
    const { name, columns } = getTableConfig(table);
    const { results } = await env.DB.prepare(`SELECT name, "notnull", pk, type FROM pragma_table_info('${name}')`).all<{
      name: string;
      notnull: number;
      pk: number;
      type: string;
    }>();
    const typed = columns.map((column) => `${column.name} ${column.getSQLType().toUpperCase()} ${column.notNull}`);
    const real = results.map(({ name: column, notnull, pk, type }) => `${column} ${type} ${notnull === 1 || pk > 0}`);
    expect(typed.sort(), name).toEqual(real.sort());
  }
});
