import type { Hono } from "hono";
import { consolePaths } from "../../contract/console/paths.ts";
import { privatePage } from "../account/respond.tsx";
import type { PersonalEnv } from "../account/session.ts";
import { NoticesPage } from "./notices.tsx";
import { nowOf, onPage } from "./on-console.ts";

const WAITING_ORDERS = 20;

/** What needs the admin now. */
export function registerNoticePages(app: Hono<PersonalEnv>): void {
  onPage(app, consolePaths.notifications(), async (context, { accountId }) => {
    const world = context.get("world");
    const now = nowOf(context);
    const account = { id: accountId, buys: true, sells: false, plugins: null };
    const [instances, installed, licenses, offers, orders] = await Promise.all([
      world.console.instances(accountId, now),
      world.console.installations(accountId, { isReleased: false }, now),
      world.console.licenses(accountId, {}, now),
      world.console.offers(accountId, now),
      world.orders.list({ account, state: "open", page: 1, limit: WAITING_ORDERS }),
    ]);
    const view = { instances, installed, licenses, offers, orders: orders.data, now };
    return privatePage(context, () => <NoticesPage view={view} />);
  });
}
