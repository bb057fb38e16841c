// Checked by the compiler, never run: each expected error is a capability the plugin did not declare.
import { definePlugin, type PluginContext, type PluginDefinition } from "../../../src/sdk/index.ts";

export const reader: PluginDefinition = definePlugin({
  permissions: ["requests.read", "storage.write"],
  events: {
    "request.created": async (context, event) => {
      const request = await context.requests.get(Number(event.entityId));
      await context.storage.set("last", request.name);
      // @ts-expect-error storage.read is not declared
      await context.storage.get("last");
      // @ts-expect-error requests.write is not declared
      await context.requests.update(1, {});
      // @ts-expect-error no customers permission is declared
      await context.customers.list();
      // @ts-expect-error notifications.send is not declared
      await context.notifications.send({ title: "", message: "" });
      await keep(context);
      // @ts-expect-error the function wants more than is declared
      await tell(context);
      context.log.info(context.plugin.name, context.installation.id);
    },
  },
  routes: {
    // @ts-expect-error customers.delete is not declared
    "DELETE /:id": async (context, { params }) => ({ body: await context.customers.delete(Number(params.id)) }),
  },
  lifecycle: { install: (context) => context.storage.set("at", 1) },
});

definePlugin({
  // @ts-expect-error there is no such permission
  permissions: ["invoices.read"],
});

definePlugin({
  permissions: ["customers.read"],
  events: {
    // @ts-expect-error there is no such event
    "invoice.created": () => null,
  },
  // @ts-expect-error a handler of every permission does not fit a plugin with one
  schedules: { nightly: everything },
});

/** Without a list every method is there, as the test host and the sandbox will judge by the manifest anyway. */
export const untyped: PluginDefinition = definePlugin({
  schedules: { nightly: everything },
  events: { "customer.created": (context) => context.appointments.cancel(1) },
});

async function keep(context: PluginContext<"storage.write">): Promise<void> {
  await context.storage.set("kept", true);
}
async function tell(context: PluginContext<"notifications.send">): Promise<void> {
  await context.notifications.send({ title: "Title", message: "Message" });
}
async function everything(context: PluginContext): Promise<void> {
  await context.customers.delete(1);
}

/** What needs no permission is always there; the rest as it was declared. */
export const told: PluginDefinition = definePlugin({
  permissions: ["storage.read"],
  schedules: {
    nightly: async (context) => {
      const tier: string = context.license.tier;
      await context.events.emit("done", { tier, tone: context.settings.tone ?? null });
      await context.secrets.get("apiKey");
      await context.i18n.text("de", "hello");
      await context.files.get("f");
      await context.storage.getMany(["a"]);
      // @ts-expect-error storage.write is not declared
      await context.files.put("f", "text", "text/plain");
      // @ts-expect-error storage.write is not declared
      await context.storage.increment("n");
      // @ts-expect-error storage.delete is not declared
      await context.files.delete("f");
      // @ts-expect-error webhooks.trigger is not declared
      await context.webhooks.trigger("done");
      // @ts-expect-error settings are the admin's to change
      context.settings.tone = "rude";
    },
  },
  events: { "plugin:lead-scorer:lead.hot": (context, event) => context.log.info(event.depth) },
});

definePlugin({
  permissions: ["requests.read"],
  emits: ["lead.scored", "lead.lost"],
  events: {
    "request.created": async (context) => {
      await context.events.emit("lead.scored", { score: 1 });
      // @ts-expect-error the event is not declared
      await context.events.emit("lead.won");
      await report(context);
    },
  },
  lifecycle: {
    // @ts-expect-error the event is not declared
    install: (context) => context.events.emit("installed"),
  },
});

/** Without names any is taken; the marketplace refuses what the manifest does not hold. */
export const open: PluginDefinition = definePlugin({ schedules: { nightly: (context) => tellAll(context) } });

async function tellAll(context: PluginContext): Promise<void> {
  await context.events.emit("whatever");
}

async function report(context: PluginContext<"requests.read", "lead.scored">): Promise<void> {
  await context.events.emit("lead.scored");
  // @ts-expect-error the function asks for one event alone
  await context.events.emit("lead.lost");
}
