import type { LicenseEvent } from "../../domain/license/audit.ts";
import type { SealedSecret } from "../account/ports.ts";

/** What webhooks to subscribers need of the world. */
export interface SubscriberPorts {
  readonly subscribers: SubscriberStore;
}

/** A publisher hears of the licenses of its plugins, an instance's owner of those of the instance. */
export type SubscriberOwner = { readonly publisherId: string } | { readonly instanceId: string };

export interface NewSubscriber {
  readonly owner: SubscriberOwner;
  readonly url: string;
  /** What the secret is sealed for. */
  readonly secretRow: string;
  readonly secretSealed: string;
  /** Kinds of events; empty = all. */
  readonly events: readonly string[];
}

export interface Subscriber {
  readonly id: string;
  readonly owner: SubscriberOwner;
  readonly url: string;
  readonly events: readonly string[];
  readonly failures: number;
  readonly pausedAt: number | null;
  readonly createdAt: number;
}

/** One event on its way to one subscriber. */
export interface ClaimedEvent {
  readonly id: string;
  readonly subscriberId: string;
  readonly url: string;
  readonly secret: SealedSecret;
  readonly attempts: number;
  readonly createdAt: number;
  readonly event: LicenseEvent;
}

/** What is owed is written by the database itself, with each event of a license. Times in Unix seconds. */
export interface SubscriberStore {
  add(subscriber: NewSubscriber, now: number): Promise<string>;
  list(owners: readonly SubscriberOwner[]): Promise<readonly Subscriber[]>;
  find(id: string): Promise<Subscriber | null>;
  /** What it is still owed dies with it. */
  remove(id: string, now: number): Promise<void>;
  resume(id: string): Promise<void>;

  /** A due row, unless an earlier one about the same license is still owed to the subscriber or the hook is paused. */
  claim(id: string, now: number, leaseUntil: number): Promise<ClaimedEvent | null>;
  delivered(id: string, status: number, now: number): Promise<void>;
  postpone(id: string, status: number | null, notBefore: number): Promise<void>;
  bury(id: string, status: number | null): Promise<void>;
  countRefusal(subscriberId: string, limit: number, now: number): Promise<void>;
  /** The earliest row still owed to the same subscriber about the same license, other than this one. */
  nextOwed(id: string): Promise<{ readonly id: string; readonly notBefore: number } | null>;
}

/** Bells of this kind ring for a subscriber's row, all others for a host's. */
export const SUBSCRIBER_BELL = "sub:";

/** What the secret of a subscriber is sealed for; its row is a uuid of its own. */
export const SUBSCRIBER_SECRET = "webhook.subscriber_secret";
