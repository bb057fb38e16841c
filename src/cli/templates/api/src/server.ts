import { definePlugin } from "@rising-bsm/plugin-sdk";

export default definePlugin({
  permissions: ["customers.read"],
  routes: {
    "GET /summary": async (context) => {
      const { total } = await context.customers.list({ limit: 1 });
      return { status: 200, body: { customers: total } };
    },
  },
});
