import { type ContactRequest, definePlugin, type EventEnvelope, type PluginContext } from "@rising-bsm/plugin-sdk";
import { showLeads } from "./leads.ts";
import { type Score, scoreLead } from "./score.ts";

const PERMISSIONS = ["customers.read", "notifications.send", "requests.read", "storage.read", "storage.write"] as const;
type Context = PluginContext<(typeof PERMISSIONS)[number]>;

export default definePlugin({
  permissions: PERMISSIONS,
  events: {
    "request.created": rate,
    "request.updated": rate,
  },
  routes: { "GET /leads": (context: Context) => showLeads(context) },
});

/** Events are delivered at least once: a request that is hot already is not reported again. */
async function rate(context: Context, event: EventEnvelope) {
  const request = await context.requests.get(Number(event.entityId));
  const score = scoreLead(
    {
      email: request.email,
      phone: request.phone ?? null,
      service: request.service,
      message: request.message,
      isCustomer: await isCustomer(context, request),
    },
    Number(context.settings.hotFrom),
  );
  const key = `score:${request.id}`;
  const before = await context.storage.get(key);
  await context.storage.set(key, { ...score, name: request.name, ratedAt: event.occurredAt });
  context.log.info(`Request ${request.id} is ${score.grade} with ${score.points} points`);
  if (score.grade === "hot" && !wasHot(before)) await report(context, request, score);
  return { requestId: request.id, points: score.points, grade: score.grade };
}

async function isCustomer(context: Context, request: ContactRequest): Promise<boolean> {
  if (typeof request.customerId === "number") return true;
  const email = request.email.toLowerCase();
  const found = await context.customers.list({ search: request.email.slice(0, 200), limit: 10 });
  return found.items.some((customer) => customer.email?.toLowerCase() === email);
}

function wasHot(kept: unknown): boolean {
  return typeof kept === "object" && kept !== null && "grade" in kept && kept.grade === "hot";
}

/** The permission is optional: without it the score is kept and nobody is told. */
async function report(context: Context, request: ContactRequest, score: Score): Promise<void> {
  try {
    await context.notifications.send({
      title: `Hot lead: ${request.name}`.slice(0, 100),
      message: `${request.service}, ${score.points} of 100 points. ${score.reasons.slice(0, 3).join(". ")}.`,
      type: "request",
    });
  } catch (error) {
    context.log.warn(`Request ${request.id} is hot, but no notification was sent:`, error);
  }
}
