import { definePlugin, type PluginContext, view } from "@rising-bsm/plugin-sdk";

export default definePlugin({
  permissions: ["appointments.read", "storage.read", "storage.write"],
  events: {
    "appointment.created": async (context) => {
      await context.storage.set("count", (await readCount(context)) + 1);
    },
  },
  routes: {
    "GET /count": async (context) => ({ status: 200, body: { count: await readCount(context) } }),
    // A view of blocks: drawn by the marketplace, without any code of the plugin in a browser.
    "GET /summary": async (context) =>
      view([{ type: "stats", items: [{ label: "Appointments", value: await readCount(context) }] }]),
  },
});

async function readCount(context: PluginContext<"storage.read">): Promise<number> {
  const count = await context.storage.get("count");
  return typeof count === "number" ? count : 0;
}
