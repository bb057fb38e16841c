import type { OrderFilter, OrderStore, RevenueOf } from "../../market/sales/ports.ts";
import { type FactsRow, factsOf, SELECT_FACTS } from "./rows.ts";

/** Newest first. */
export async function listOrders(db: D1Database, filter: OrderFilter): ReturnType<OrderStore["list"]> {
  const values: (string | number)[] = [];
  const bind = (value: string | number): string => `?${values.push(value)}`;
  const conditions: string[] = [];
  if (filter.instanceId !== undefined) conditions.push(`o.instance_id = ${bind(Number(filter.instanceId))}`);
  if (filter.pluginId !== undefined) conditions.push(`o.plugin_id = ${bind(Number(filter.pluginId))}`);
  if (filter.state !== undefined) conditions.push(`o.state = ${bind(filter.state)}`);
  if (filter.account !== undefined) conditions.push(ofAccount(filter.account, bind));
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const counted = [...values];
  const [rows, total] = await db.batch([
    db
      .prepare(
        `${SELECT_FACTS} ${where} ORDER BY o.created_at DESC, o.id
        LIMIT ${bind(filter.limit)} OFFSET ${bind((filter.page - 1) * filter.limit)}`,
      )
      .bind(...values),
    db.prepare(`SELECT COUNT(*) AS n FROM orders o JOIN plugins p ON p.id = o.plugin_id ${where}`).bind(...counted),
  ]);
  return {
    data: ((rows?.results ?? []) as FactsRow[]).map(factsOf),
    total: (total?.results[0] as { n: number } | undefined)?.n ?? 0,
  };
}

function ofAccount(
  { id, buys, sells, plugins }: NonNullable<OrderFilter["account"]>,
  bind: (value: string | number) => string,
): string {
  const account = bind(Number(id));
  const sides: string[] = [];
  if (buys) sides.push(`o.instance_id IN (SELECT own.id FROM instances own WHERE own.account_id = ${account})`);
  if (sells) {
    const limited =
      plugins === null ? "" : ` AND p.name IN (SELECT value FROM json_each(${bind(JSON.stringify(plugins))}))`;
    sides.push(
      `(o.publisher_id IN (SELECT m.publisher_id FROM publisher_members m WHERE m.account_id = ${account})${limited})`,
    );
  }
  return sides.length === 0 ? "1 = 0" : `(${sides.join(" OR ")})`;
}

export async function countRevenue(db: D1Database, of: RevenueOf): Promise<number> {
  const values: (string | number)[] = [];
  const bind = (value: string | number): string => `?${values.push(value)}`;
  const conditions = ["o.state = 'paid'", "o.currency = 'EUR'"];
  if (of.publisherId !== null) conditions.push(`o.publisher_id = ${bind(Number(of.publisherId))}`);
  if (of.memberId !== null)
    conditions.push(ofAccount({ id: of.memberId, buys: false, sells: true, plugins: of.plugins }, bind));
  if (of.pluginId !== null) {
    const plugin = bind(Number(of.pluginId));
    conditions.push(
      `p.id = ${plugin} AND o.publisher_id = (SELECT s.publisher_id FROM plugins s WHERE s.id = ${plugin})`,
    );
  }
  const sum = await db
    .prepare(
      `SELECT COALESCE(SUM(o.amount - o.refunded), 0) AS n FROM orders o JOIN plugins p ON p.id = o.plugin_id
      WHERE ${conditions.join(" AND ")}`,
    )
    .bind(...values)
    .first<number>("n");
  return sum ?? 0;
}
