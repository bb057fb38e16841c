import type { WebhookEvent } from "../../domain/account/webhook.ts";
import type { Json } from "../../domain/json/json.ts";

/** What the one call of an instance that cannot be called needs of the world. Times are Unix seconds. */
export interface PingPorts {
  readonly pings: PingStore;
}

export interface PingStore {
  /** What is known of each installed plugin, in one read; names nobody knows are left out. */
  standing(installed: readonly InstalledVersion[]): Promise<readonly Standing[]>;
  /**
   * Webhooks of the instance in their order: those after `since`, or where it is null those still owed. Ends before the
   * first that is held back.
   */
  webhooks(instanceId: string, since: string | null, limit: number, now: number): Promise<readonly PulledWebhook[]>;
  /** Everything up to this number arrived, as the instance says; what is held back or on its way stays. Answers how many. */
  acknowledge(instanceId: string, upTo: string, now: number): Promise<number>;
}

export interface InstalledVersion {
  readonly pluginId: string;
  readonly version: string;
}
export interface Standing extends InstalledVersion {
  readonly name: string;
  readonly pluginState: string;
  /** Of the installed version; null = it is none of ours. */
  readonly releaseState: string | null;
  readonly isBlocked: boolean;
}
export interface PulledWebhook {
  readonly id: string;
  readonly event: WebhookEvent;
  readonly subjectKind: "license" | "plugin" | "other";
  readonly subjectId: string | null;
  readonly sequence: number;
  readonly data: { readonly [key: string]: Json };
  readonly createdAt: number;
}
