import type { Job } from "../../../domain/execution/job.ts";
import type { CallingRun } from "../../../market/execution/perform-call.ts";
import type { Authority } from "../../../market/execution/ports.ts";
import type { World } from "../../../market/ports.ts";
import { FilesCapability } from "./files.ts";
import { HostDataCapability } from "./host-data.ts";
import { NotificationsCapability } from "./notifications.ts";
import { PluginEventsCapability } from "./plugin-events.ts";
import { SecretsCapability } from "./secrets.ts";
import { StorageCapability } from "./storage.ts";
import { StringsCapability } from "./strings.ts";
import { WebhooksCapability } from "./webhooks.ts";

/** What capabilities act through. */
export type CapabilityWorld = Pick<
  World,
  | "pluginStorage"
  | "hostData"
  | "clock"
  | "chance"
  | "vault"
  | "bundles"
  | "licenses"
  | "executions"
  | "executionBell"
  | "pluginWebhooks"
  | "webhookBell"
  | "webhooks"
  | "usage"
  | "background"
>;

/** The capabilities of one run, each closed over what it may touch. */
export function openCapabilities(world: CapabilityWorld, job: Job, authority: Authority): CallingRun["capabilities"] {
  const own = world.pluginStorage.of(job.activationId);
  const hostData = new HostDataCapability(world.hostData, own, job, authority);
  return {
    customers: hostData,
    requests: hostData,
    appointments: hostData,
    notifications: new NotificationsCapability(hostData, own),
    storage: new StorageCapability(own, authority.storageBytes),
    files: new FilesCapability(own, authority.storageBytes),
    secrets: new SecretsCapability(world, own, authority),
    events: new PluginEventsCapability(world, own, job, authority),
    webhooks: new WebhooksCapability(world, own, job, authority),
    i18n: new StringsCapability(world, own, job, authority),
  };
}
