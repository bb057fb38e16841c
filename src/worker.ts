import { type Context, Hono } from "hono";
import { refuseForgery } from "./api/account/refuse-forgery.ts";
import { allowedMethods } from "./api/allowed-methods.ts";
import { createApi } from "./api/app.ts";
import type { ApiEnv } from "./api/context.ts";
import { problemResponse } from "./api/problem.ts";
import { refuseAddress } from "./api/refuse-address.ts";
import { SplitRouter } from "./api/split-router.ts";
import type { Runner } from "./contract/sandbox.ts";
import { readRoots } from "./domain/license/keyset.ts";
import { redactPath } from "./domain/license/redact-path.ts";
import { failureLine, requestLine } from "./domain/operations/log-line.ts";
import { createDomainLookup } from "./gateway/account/domain-lookup.ts";
import { createGithub } from "./gateway/account/github.ts";
import { createPasskeyVerifier } from "./gateway/account/passkeys.ts";
import { createDryRun } from "./gateway/execution/dry-run.ts";
import { createHostApi } from "./gateway/execution/host-api.ts";
import { createIncidentDesk, incidentLog } from "./gateway/execution/incidents.ts";
import { createPulledData } from "./gateway/execution/pulled-data.ts";
import { createPluginRunner } from "./gateway/execution/runner.ts";
import { createSandboxProbe } from "./gateway/operations/sandbox-probe.ts";
import { createPayments } from "./gateway/sales/payments.ts";
import { createLicenseSigners, createReceiptSigner, rotating } from "./gateway/signers.ts";
import { createWebhookSender } from "./gateway/webhooks.ts";
import { deliverWebhook } from "./market/account/deliver-webhook.ts";
import { sweepSignIns } from "./market/account/sweep-sign-ins.ts";
import { sweepWebhooks } from "./market/account/sweep-webhooks.ts";
import { sweepSearch } from "./market/catalogue/sweep-search.ts";
import { sweepSeries } from "./market/catalogue/sweep-series.ts";
import { deliverExecution } from "./market/execution/deliver-execution.ts";
import { sweepStorages } from "./market/execution/keep-storage.ts";
import type { PluginRunner } from "./market/execution/ports.ts";
import { sweepActions } from "./market/execution/pull-actions.ts";
import { sweepExecutions } from "./market/execution/sweep-executions.ts";
import { sweepLifecycle } from "./market/execution/sweep-lifecycle.ts";
import { sweepSchedules } from "./market/execution/sweep-schedules.ts";
import { sweepTickets } from "./market/execution/ui-tickets.ts";
import { watchInstances } from "./market/execution/watch-instances.ts";
import { deliverHook, sweepHooks } from "./market/hooks/deliver-hook.ts";
import { HOOK_BELL } from "./market/hooks/ports.ts";
import { deliverEvent } from "./market/license/deliver-event.ts";
import { SignerUnavailable } from "./market/license/keyset-ports.ts";
import { sweepOffline } from "./market/license/offline-release.ts";
import { renderLicenseWebhook } from "./market/license/render-webhook.ts";
import { sweepRevocations } from "./market/license/revocation-list.ts";
import { SUBSCRIBER_BELL } from "./market/license/subscriber-ports.ts";
import { sweepDevices } from "./market/license/sweep-devices.ts";
import { sweepLicenses } from "./market/license/sweep-licenses.ts";
import { sweepModeration } from "./market/moderation/sweep-moderation.ts";
import { sweepOperations } from "./market/operations/sweep-operations.ts";
import type { World } from "./market/ports.ts";
import { processRelease } from "./market/publish/process-release.ts";
import { sweepReleases } from "./market/publish/sweep-releases.ts";
import { sweepOrders } from "./market/sales/sweep-orders.ts";
import { sweepTuf } from "./market/tuf/sweep-tuf.ts";
import { sweepUpdates } from "./market/update/sweep-updates.ts";
import { createPages, failureResponse, notFoundResponse, wantsPage } from "./pages/app.tsx";
import { createAccountStore } from "./storage/account/account-store.ts";
import { createAuditLog } from "./storage/account/audit.ts";
import { createCredentialMemory } from "./storage/account/credential-memory.ts";
import { createDeviceStore } from "./storage/account/device-store.ts";
import { createInstanceStore } from "./storage/account/instance-store.ts";
import { createKeyChainStore } from "./storage/account/key-store.ts";
import { createLinkStore } from "./storage/account/link-store.ts";
import { createOrganizationStore } from "./storage/account/organization-store.ts";
import { createAttemptStore, createPasskeyStore } from "./storage/account/passkey-store.ts";
import { createMailOutbox, createPeopleStore } from "./storage/account/people-store.ts";
import { createRecoveryStore } from "./storage/account/recovery-store.ts";
import { createSessionStore } from "./storage/account/session-store.ts";
import { createTokenStore } from "./storage/account/token-store.ts";
import { createDeliveryLog } from "./storage/account/webhook-log.ts";
import { createWebhookBell, createWebhookStore } from "./storage/account/webhook-store.ts";
import { deliveriesOn } from "./storage/catalogue/delivery.ts";
import { openCatalogue } from "./storage/catalogue/open-catalogue.ts";
import { createConsoleReads } from "./storage/console/reads.ts";
import { isDatabaseAway } from "./storage/database-away.ts";
import { createDeskReads } from "./storage/desk/desk-reads.ts";
import { createExecutionBell } from "./storage/execution/execution-bell.ts";
import { executionStores } from "./storage/execution/execution-stores.ts";
import { createPluginStorage, type InstallationStorage } from "./storage/execution/installation-storage.ts";
import { createLicenseAudit } from "./storage/license/audit.ts";
import { type BudgetMeter, createBudgets } from "./storage/license/budgets.ts";
import { licenseDevicesOnD1 } from "./storage/license/devices.ts";
import { createEntitlementStore } from "./storage/license/entitlements.ts";
import { createKeyHasher } from "./storage/license/key-hasher.ts";
import { createLicenseKeyStore } from "./storage/license/keys.ts";
import { createLastGood, type LastGood } from "./storage/license/last-good.ts";
import { createOfflineStore } from "./storage/license/offline-files.ts";
import { movingKeys } from "./storage/license/pepper-change.ts";
import { createRevocationWatch } from "./storage/license/revocation-watch.ts";
import { createRevocationStore } from "./storage/license/revocations.ts";
import { createKeysetStore } from "./storage/license/signing-keys.ts";
import { createLicenseStore } from "./storage/license/store.ts";
import { createSubscriberStore } from "./storage/license/subscribers.ts";
import { createSuspensionStore } from "./storage/license/suspensions.ts";
import { createLicenseSweeper } from "./storage/license/sweep.ts";
import { createUsageStore } from "./storage/license/usage.ts";
import { type BundlePurger, operationsOn } from "./storage/operations/operations-store.ts";
import { openPublishing } from "./storage/publish/open.ts";
import { createPublishingReads } from "./storage/publisher/reads.ts";
import { createOrderStore } from "./storage/sales/order-store.ts";
import { createReplyStore } from "./storage/sales/reply-store.ts";
import { createSellerStore } from "./storage/sales/seller-store.ts";
import { createShowcase } from "./storage/showcase/showcase.ts";
import { createTufRepository } from "./storage/tuf/repository.ts";
import type { TufWriter } from "./storage/tuf/tuf-writer.ts";
import { openUpdates } from "./storage/update/open-updates.ts";
import { createSealedHmac, createVault } from "./storage/vault.ts";

export { Bundles } from "./storage/bundle-entrypoint.ts";
export { InstallationStorage } from "./storage/execution/installation-storage.ts";
export { BudgetMeter } from "./storage/license/budgets.ts";
export { LastGood } from "./storage/license/last-good.ts";
export { TufWriter } from "./storage/tuf/tuf-writer.ts";

const app = new Hono<ApiEnv & { Bindings: Env }>({ router: new SplitRouter() });

app.use(async (context, next) => {
  const ray = context.req.header("cf-ray") ?? "";
  const requestId = CF_RAY.test(ray) ? ray : crypto.randomUUID();
  context.set("requestId", requestId);
  context.set("world", buildWorld(context.env, context.executionCtx as ExecutionContext));
  context.set("principal", { kind: "anonymous" });
  const from = Date.now();
  await next();
  context.res.headers.set("x-request-id", requestId);
  if (!context.res.headers.has("cache-control")) context.res.headers.set("cache-control", "no-store");
  context.res.headers.set("x-content-type-options", "nosniff");
  if (context.env.REQUEST_LOG !== "on") return;
  const { method, path } = context.req;
  const caller = context.get("principal").kind;
  console.log(requestLine({ requestId, method, path, status: context.res.status, ms: Date.now() - from, caller }));
});

app.use(refuseAddress);
app.use(refuseForgery);
app.route("/", createApi());
app.route("/", createPages());

app.notFound((context) => {
  const { method, path } = context.req;
  const allowed = allowedMethods(app, path);
  if (allowed.length > 0 && !allowed.includes(method)) {
    const allow = [...allowed, "OPTIONS"].join(", ");
    // No CORS: nothing here is meant for the scripts of other sites.
    if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
    const refused = problemResponse({ reason: "METHOD_NOT_ALLOWED", facts: { allow: allowed } }, about(context));
    refused.headers.set("allow", allow);
    return refused;
  }
  return wantsPage(context.req.raw)
    ? notFoundResponse(context.req.raw)
    : problemResponse({ reason: "NOT_FOUND" }, about(context));
});
app.onError((error, context) => {
  console.error(failureLine("request.failed", error, { requestId: context.get("requestId") }));
  if (error instanceof SignerUnavailable)
    return problemResponse({ reason: "SIGNER_UNAVAILABLE", facts: { retryAfter: 60 } }, about(context));
  if (isDatabaseAway(error) && !wantsPage(context.req.raw)) {
    const facts = { class: "retryable", retryAfter: 60 };
    return problemResponse({ reason: "SERVICE_UNAVAILABLE", facts }, about(context));
  }
  return wantsPage(context.req.raw)
    ? failureResponse(context.req.raw, context.get("requestId"))
    : problemResponse({ reason: "INTERNAL_ERROR" }, about(context));
});

export default {
  fetch: app.fetch,

  async queue(batch, env, ctx) {
    const world = buildWorld(env, ctx);
    const consume = CONSUMERS[batch.queue];
    const waiting = [...batch.messages];
    const work = async (): Promise<void> => {
      for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
        try {
          await consume?.(world, message.body);
          message.ack();
        } catch (error) {
          console.error(failureLine("queue.failed", error, { queue: batch.queue }));
          message.retry();
        }
      }
    };
    await Promise.all(Array.from({ length: CONSUMED_TOGETHER }, work));
  },

  async scheduled(_controller, env, ctx) {
    const world = buildWorld(env, ctx);
    const results = await Promise.allSettled(SWEEPS.map((sweep) => sweep(world)));
    for (const result of results)
      if (result.status === "rejected") console.error(failureLine("sweep.failed", result.reason, {}));
  },
} satisfies ExportedHandler<Env>;

/** The platform's name for a request, when it was the platform that wrote it. */
const CF_RAY = /^[0-9a-f]{16}(?:-[A-Z]{3})?$/;

/** What a problem document says of its request. */
function about(context: Context<ApiEnv & { Bindings: Env }>): Parameters<typeof problemResponse>[1] {
  const path = redactPath(new URL(context.req.url).pathname);
  return { origin: context.env.PUBLIC_ORIGIN, requestId: context.get("requestId"), path, now: Date.now() };
}

/** Messages of one batch that are worked on at the same time. */
const CONSUMED_TOGETHER = 4;

/** Queue name → what a message of it does. A message is a bell: the consumer claims the row it names. */
const CONSUMERS: Readonly<Record<string, (world: World, message: unknown) => Promise<unknown>>> = {
  releases: (world, message) => processRelease(world, (message as { releaseId: string }).releaseId),
  events: (world, message) => deliverExecution(world, (message as { executionId: string }).executionId),
  webhooks: (world, message) => {
    const { deliveryId } = message as { deliveryId: string };
    if (deliveryId.startsWith(HOOK_BELL)) return deliverHook(world, deliveryId.slice(HOOK_BELL.length));
    if (deliveryId.startsWith(SUBSCRIBER_BELL)) return deliverEvent(world, deliveryId.slice(SUBSCRIBER_BELL.length));
    return deliverWebhook(
      { ...world, renderLicense: (licenseId, event, owed) => renderLicenseWebhook(world, licenseId, event, owed) },
      deliveryId,
    );
  },
};

/** Every minute: queues forget, rows do not. */
const SWEEPS: readonly ((world: World) => Promise<unknown>)[] = [
  sweepWebhooks,
  sweepSignIns,
  sweepExecutions,
  sweepLifecycle,
  sweepSchedules,
  watchInstances,
  sweepActions,
  sweepTickets,
  sweepStorages,
  sweepReleases,
  sweepSearch,
  sweepSeries,
  sweepHooks,
  sweepModeration,
  sweepOrders,
  sweepRevocations,
  sweepDevices,
  sweepLicenses,
  sweepOffline,
  sweepUpdates,
  sweepTuf,
  sweepOperations,
];

/** Ports that need the bindings alone: made once, kept as long as the isolate. */
const keptPorts = new WeakMap<Env, ReturnType<typeof openPorts>>();

/** Every port on its real implementation, for one request, message or cron tick. */
function buildWorld(env: Env, ctx: ExecutionContext): World {
  const kept = keptPorts.get(env) ?? openPorts(env);
  keptPorts.set(env, kept);
  const exported = () => ctx.exports as unknown as Exported;
  const openStorage = () => createPluginStorage(exported().InstallationStorage);
  const background = {
    defer: (work: Promise<unknown>) =>
      ctx.waitUntil(work.catch((error: unknown) => console.error(failureLine("background.failed", error, {})))),
  };
  let runner: PluginRunner | undefined;
  return {
    ...kept,
    background,
    licenses: env.LICENSE_PEPPER_V2 === undefined ? kept.licenses : movingKeys(kept.licenses, env.DB, background.defer),
    // Getters: most requests need none of these.
    get deliveries() {
      return deliveriesOn(env.DB, env.BUNDLES, exported().Bundles, env.DOWNLOADS ?? null);
    },
    get operations() {
      return operationsOn(env.DB, env.BUNDLES, () => exported().Bundles as unknown as BundlePurger);
    },
    get budgets() {
      const rates = { validate: env.VALIDATE_RATE, malformed: env.MALFORMED_RATE };
      return createBudgets(() => exported().BudgetMeter, rates);
    },
    get lastGood() {
      return createLastGood(() => exported().LastGood, env.DB);
    },
    get dryRun() {
      return createDryRun(env.SANDBOX as unknown as Runner);
    },
    get tuf() {
      return createTufRepository(env.BUNDLES, () => exported().TufWriter);
    },
    get pluginStorage() {
      return openStorage();
    },
    // One per request: it keeps the runs of a request within the platform's limit.
    get runner() {
      runner ??= createPluginRunner(
        { ...kept, background, pluginStorage: openStorage() },
        env.SANDBOX as unknown as Runner,
        env.INCIDENT_SECRET === undefined ? null : incidentLog,
      );
      return runner;
    },
  };
}

interface Exported {
  readonly Bundles: Fetcher;
  readonly InstallationStorage: DurableObjectNamespace<InstallationStorage>;
  readonly BudgetMeter: DurableObjectNamespace<BudgetMeter>;
  readonly LastGood: DurableObjectNamespace<LastGood>;
  readonly TufWriter: DurableObjectNamespace<TufWriter>;
}

function openPorts(env: Env) {
  const origin = env.PUBLIC_ORIGIN;
  const isLocal = new URL(origin).hostname === "localhost";
  const localOrigins = isLocal ? env.LOCAL_ORIGINS.split(",").filter((entry) => entry !== "") : [];
  const vault = createVault(env.KEK_V1);
  const assetsOrigin = env.ASSETS_ORIGIN || origin;
  const securityContact = env.SECURITY_CONTACT || `mailto:security@${new URL(origin).hostname}`;
  const site = { origin, marketplace: new URL(origin).hostname, localOrigins, assetsOrigin, securityContact };
  const clock = { now: () => Date.now() };
  const instances = createInstanceStore(env.DB);
  const execution = executionStores(env.DB);
  const keysets = createKeysetStore(env.DB);
  const licenseSigners = createLicenseSigners({ ...env }, keysets.keys, clock);
  return {
    site,
    clock,
    chance: {
      bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
      uuid: () => crypto.randomUUID(),
    },
    vault,
    hmac: createSealedHmac(vault),
    receiptSigner: createReceiptSigner(env.RECEIPT_KEY_PKCS8),
    keysets,
    licenseSigners,
    leaseSigner: rotating(licenseSigners, "lease"),
    licenseRoots: () => readRoots(env.LICENSE_ROOTS),
    audit: createAuditLog(env.DB),
    ...openPublishing(env.DB, env.BUNDLES, env.RELEASES),
    domainLookup: createDomainLookup("https://cloudflare-dns.com/dns-query"),
    ...openUpdates(env, site.marketplace),
    accounts: createAccountStore(env.DB),
    tokens: createTokenStore(env.DB),
    sessions: createSessionStore(env.DB),
    passkeys: createPasskeyStore(env.DB),
    passkeyVerifier: createPasskeyVerifier(origin),
    links: createLinkStore(env.DB),
    attempts: createAttemptStore(env.DB),
    people: createPeopleStore(env.DB),
    github: createGithub(env.GITHUB_CLIENT_ID, env.GITHUB_CLIENT_SECRET, origin),
    devices: createDeviceStore(env.DB),
    organizations: createOrganizationStore(env.DB),
    mail: createMailOutbox(env.DB, vault, clock),
    keyChains: createKeyChainStore(env.DB),
    keyRecoveries: createRecoveryStore(env.DB),
    instances,
    credentialMemory: createCredentialMemory(),
    licenses: createLicenseStore(env.DB, clock),
    licenseDevices: licenseDevicesOnD1(env.DB),
    revocationWatch: createRevocationWatch(env.DB),
    usage: createUsageStore(env.DB),
    licenseKeys: createLicenseKeyStore(env.DB),
    entitlements: createEntitlementStore(env.DB),
    licenseAudit: createLicenseAudit(env.DB),
    licenseSweeper: createLicenseSweeper(env.DB),
    subscribers: createSubscriberStore(env.DB),
    deliveryLog: createDeliveryLog(env.DB),
    revocations: createRevocationStore(env.DB),
    suspensions: createSuspensionStore(env.DB),
    offline: createOfflineStore(env.DB),
    orders: createOrderStore(env.DB),
    sellers: createSellerStore(env.DB),
    replies: createReplyStore(env.DB),
    payments: createPayments(stripeSettings(env)),
    keyHasher: createKeyHasher(env.LICENSE_PEPPER_V1, env.LICENSE_PEPPER_V2),
    ...openCatalogue(env, clock),
    showcase: createShowcase(env.DB),
    console: createConsoleReads(env.DB),
    desk: createDeskReads(env.DB),
    publishing: createPublishingReads(env.DB),
    setupSecret: env.SETUP_SECRET ?? null,
    webhooks: createWebhookStore(env.DB),
    webhookBell: createWebhookBell(env.WEBHOOKS),
    webhookSender: createWebhookSender(localOrigins),
    executionBell: createExecutionBell(env.EVENTS),
    ...execution,
    pulledData: createPulledData({ actions: execution.actions, clock }),
    sandboxProbe: createSandboxProbe(env.SANDBOX as unknown as Runner),
    hostData: createHostApi({ instances, vault, site, clock }),
    incidents: createIncidentDesk(env.INCIDENT_SECRET),
  };
}

/** Both secrets or none: a payment that nobody could confirm must not be taken. */
function stripeSettings(env: Env): Parameters<typeof createPayments>[0] {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_API_ORIGIN: apiOrigin } = env;
  return secretKey && webhookSecret ? { secretKey, webhookSecret, apiOrigin: apiOrigin || null } : null;
}
