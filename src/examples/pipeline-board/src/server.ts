import { type ContactRequest, definePlugin, type PluginContext } from "@rising-bsm/plugin-sdk";

const COLUMNS = [
  { status: "NEW", title: "New" },
  { status: "IN_PROGRESS", title: "In progress" },
  { status: "COMPLETED", title: "Completed" },
  { status: "CANCELLED", title: "Cancelled" },
] as const;
/** Cards of one column; the number above it counts all. */
const MAX_CARDS = 30;
const MAX_PAGES = 5;

export default definePlugin({
  permissions: ["requests.read"],
  routes: {
    "GET /board": async (context) => {
      const requests = await recentRequests(context);
      const columns = COLUMNS.map(({ status, title }) => {
        // The host writes statuses in either case.
        const inColumn = requests.filter((request) => request.status.toUpperCase() === status);
        return { status, title, count: inColumn.length, cards: inColumn.slice(0, MAX_CARDS).map(card) };
      });
      return { body: { columns, madeAt: new Date().toISOString() } };
    },
  },
});

/** Newest first; a board of more than 500 requests is no board. */
async function recentRequests(context: PluginContext<"requests.read">): Promise<ContactRequest[]> {
  const found: ContactRequest[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const query = { page, limit: 100, sortBy: "createdAt", sortDirection: "desc" };
    const { items, total } = await context.requests.list(query);
    found.push(...items);
    if (items.length === 0 || found.length >= total) break;
  }
  return found;
}

/** What the board shows and no more: addresses and messages stay on the host. */
function card(request: ContactRequest) {
  return {
    id: request.id,
    name: request.name,
    service: request.service,
    since: request.createdAt,
    assigned: typeof request.processorId === "number",
  };
}
