/** As much of a database as the bench asks. */
export interface Database {
  prepare(sql: string): { run(): Promise<unknown>; first<T>(): Promise<T | null>; all<T>(): Promise<{ results: T[] }> };
}

/**
 * Rows as the front door left them, copied in SQL: no read knows the difference. The row of `table` that `where` finds (it is
 * called `t`) is written once for every `n.i` in `from < i ≤ to`; `changed` gives the columns that differ as expressions.
 */
export async function copyRows(
  db: Database,
  table: string,
  changed: Readonly<Record<string, string>>,
  where: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const { results } = await db.prepare(`select name from pragma_table_info('${table}')`).all<{ name: string }>();
  const names = results.map(({ name }) => name);
  const values = names.map((name) => changed[name] ?? `t.${name}`);
  await db
    .prepare(
      `with recursive n(i) as (select ${from + 1} union all select i + 1 from n where i < ${to})
       insert into ${table} (${names.join(", ")}) select ${values.join(", ")} from n, ${table} t where ${where}`,
    )
    .run();
}

/** The same, so many rows at once that a statement stays short. */
export async function inSteps(
  have: number,
  count: number,
  step: number,
  copy: (range: { readonly from: number; readonly to: number }) => Promise<void>,
): Promise<void> {
  for (let from = have; from < count; from += step) await copy({ from, to: Math.min(count, from + step) });
}
