// A plugin's server code, compiled without DOM and without Node.
import { definePlugin, type PluginContext } from "@rising-bsm/plugin-sdk";

export default definePlugin({
  permissions: ["customers.read", "storage.write"],
  events: {
    "customer.created": async (context, event) => {
      const customer = await context.customers.get(Number(event.entityId));
      await context.storage.set("last", customer.name);
      // @ts-expect-error storage.read is not named
      await context.storage.get("last");
      // @ts-expect-error customers.write is not named
      await context.customers.update(1, {});
      // @ts-expect-error nothing about requests is named
      context.requests;
      return count(context);
    },
  },
});

async function count(context: PluginContext<"customers.read">): Promise<number> {
  const { total } = await context.customers.list({ limit: 1 });
  const exact: number = total;
  return exact;
}
