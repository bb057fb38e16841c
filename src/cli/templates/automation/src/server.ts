import { definePlugin } from "@rising-bsm/plugin-sdk";

export default definePlugin({
  permissions: ["notifications.send", "requests.read", "storage.read", "storage.write"],
  events: {
    "request.created": async (context, event) => {
      const counted = await context.storage.get("requests");
      const count = typeof counted === "number" ? counted + 1 : 1;
      await context.storage.set("requests", count);
      await context.notifications.send({
        title: "New request",
        message: `Request ${event.entityId} came in. It is number ${count}.`,
      });
      context.log.info("counted", { count });
    },
  },
});
