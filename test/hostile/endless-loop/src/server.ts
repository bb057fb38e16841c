import { definePlugin } from "@rising-bsm/plugin-sdk";

export default definePlugin({
  events: {
    "request.created": (context, event) => {
      context.log.info(`Request ${event.entityId}: now for ever`);
      let turns = 0;
      while (turns >= 0) turns = (turns + 1) % 1_000_000;
      return turns;
    },
  },
});
