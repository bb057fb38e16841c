import type { HostContext, HostPlugin } from "../../../src/sdk/compat/index.ts";

/** A plugin as it was written for the host's loader: it keeps its context and state where it was activated. */
let kept: HostContext;
const heard: string[] = [];

export const legacy: HostPlugin = {
  metadata: { id: "p-1", name: "legacy", version: "1.0.0", type: "mixed" },
  async onInstall(context) {
    await context.storage.set("installed", context.plugin.name);
  },
  onActivate(context) {
    kept = context;
    context.events.on("counted", (data) => heard.push(String(data)));
    context.logger.info("activated");
  },
  onLicenseVerified: (license) => kept.logger.info(`license ${license.type}`),
  routes: {
    "/customers/:id": async ({ params, method, user }) => {
      const answer = await kept.api.fetch(`/api/customers/${params.id}`);
      const { data, success, error } = (await answer.json()) as Record<string, never>;
      return { status: answer.status, body: { method, success, error, data, user }, headers: { "x-legacy": "1" } };
    },
    "GET /requests": async () => {
      const answer = await kept.api.fetch("/requests?page=1&limit=2");
      return { body: await answer.json() };
    },
    "POST /forbidden": async () => {
      const answer = await kept.api.fetch("/appointments", { method: "POST", body: { title: "No" } });
      return { status: answer.status, body: await answer.json() };
    },
    "GET /unknown": async () => ({ status: (await kept.api.fetch("/invoices/1")).status }),
    "GET /usage": () => ({
      body: {
        usage: kept.resources.getUsage(),
        calls: kept.sandbox.getRemainingApiCalls(),
        limit: kept.sandbox.getStorageLimit(),
        inTime: kept.sandbox.getRemainingTime() > 0,
        license: kept.license.type,
        heard,
      },
    }),
  },
  automationHooks: {
    async onEntityCreate(entity, data) {
      const count = Number((await kept.storage.get("count")) ?? 0) + 1;
      await kept.storage.set("count", count);
      kept.events.emit("counted", count);
      kept.logger.info("created", entity, (data as { id: number }).id);
    },
    onEntityDelete: (entity, id) => kept.logger.info("deleted", entity, id),
    onCustomEvent: (event) => kept.logger.info("custom", event),
    onRequestCreated: () => kept.logger.info("the particular hook"),
  },
};

export const MANIFEST = {
  name: "legacy",
  version: "1.0.0",
  type: "mixed",
  permissions: ["customers.read", "requests.read", "storage.read", "storage.write"].map((code) => ({
    code,
    required: true,
  })),
  events: [{ on: "request.created" }, { on: "request.deleted" }, { on: "request.status_changed" }],
  routes: [
    { method: "GET", path: "/customers/:id" },
    { method: "GET", path: "/requests" },
    { method: "POST", path: "/forbidden" },
    { method: "GET", path: "/unknown" },
    { method: "GET", path: "/usage" },
  ],
  egress: [],
};
