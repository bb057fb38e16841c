import type { Hono } from "hono";
import { consolePaths } from "../../contract/console/paths.ts";
import type { Json } from "../../domain/json/json.ts";
import { isoTime } from "../../domain/time.ts";
import { listDeliveries } from "../../market/account/replay-webhook.ts";
import type { AuditRow } from "../../market/console/ports.ts";
import { privatePage } from "../account/respond.tsx";
import type { PersonalEnv } from "../account/session.ts";
import { ActivityPage, ORDERS_A_PAGE, OrdersPage } from "./activity.tsx";
import type { Delivery } from "./instances.tsx";
import { jsonLines } from "./json-lines.ts";
import { idIn, nowOf, onPage } from "./on-console.ts";

const ENTRIES = 50;
const ENTRIES_A_READ = 500;
const NOTICES = 10;
const INSTANCES = 10;

/** Orders, the audit trail, and what instances were told. */
export function registerActivityPages(app: Hono<PersonalEnv>): void {
  onPage(app, consolePaths.orders(), async (context, { accountId }) => {
    const page = Math.min(10_000, Number(idIn(new URL(context.req.url).searchParams.get("page")) ?? 1));
    const { data, total } = await context.get("world").orders.list({
      account: { id: accountId, buys: true, sells: false, plugins: null },
      page,
      limit: ORDERS_A_PAGE,
    });
    return privatePage(context, () => <OrdersPage orders={data} total={total} page={page} />);
  });

  onPage(app, consolePaths.activity(), async (context, person) => {
    const world = context.get("world");
    const before = idIn(new URL(context.req.url).searchParams.get("before"));
    const [audit, instances] = await Promise.all([
      world.console.audit(person.accountId, before === null ? null : Number(before), ENTRIES),
      world.console.instances(person.accountId, nowOf(context)),
    ]);
    const notices = await Promise.all(
      instances.slice(0, INSTANCES).map(async (instance) => {
        const sent = await listDeliveries(world, person, instance.id, { before: null, limit: NOTICES });
        return { instance, deliveries: sent.ok ? (sent.value as unknown as readonly Delivery[]) : [] };
      }),
    );
    const next = audit.length < ENTRIES ? null : String(audit.at(-1)?.id);
    return privatePage(context, () => <ActivityPage view={{ audit, next, notices }} />);
  });

  onPage(app, consolePaths.auditFile(), async (context, { accountId }) => {
    const reads = context.get("world").console;
    return jsonLines("audit.jsonl", async (after) => {
      const rows = await reads.audit(accountId, after === 0 ? null : after, ENTRIES_A_READ);
      return { rows: rows.map(present), next: rows.length < ENTRIES_A_READ ? null : (rows.at(-1)?.id ?? null) };
    });
  });
}

function present({ at, data, ...entry }: AuditRow): object {
  return { ...entry, at: isoTime(at), data: JSON.parse(data) as Json };
}
