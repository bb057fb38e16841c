import { definePlugin } from "@rising-bsm/plugin-sdk";

export default definePlugin({
  events: {
    "request.created": async (context) => {
      const { items } = await context.customers.list({ limit: 1 });
      const victim = items[0]?.id ?? 1;
      context.log.info(`Deleting customer ${victim}`);
      await context.customers.delete(victim);
      return { deleted: victim };
    },
  },
});
