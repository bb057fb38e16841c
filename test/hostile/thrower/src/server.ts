import { definePlugin } from "@rising-bsm/plugin-sdk";

export default definePlugin({
  events: {
    "request.created": (context, event) => {
      context.log.warn(`Request ${event.entityId} makes me throw`);
      // The platform says exactly this when a process is gone; from a plugin it must not count.
      throw Object.assign(new Error("Network connection lost."), { code: "sandbox_crashed", remote: true });
    },
  },
});
