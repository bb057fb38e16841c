/** A database that counts the rows its statements read, as the platform counts them. */
export function counted(db: D1Database): { readonly db: D1Database; rows(): number } {
  let rows = 0;
  const batch = async <T>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> => {
    const results = await db.batch<T>(statements);
    for (const { meta } of results) rows += meta.rows_read;
    return results;
  };
  return {
    db: { prepare: db.prepare.bind(db), batch } as D1Database,
    rows: () => rows,
  };
}
