import type { Json } from "../../domain/json/json.ts";
import type { SealedSecret } from "../account/ports.ts";

/** What webhooks to publishers and operators need of the world. */
export interface HookPorts {
  readonly hooks: HookStore;
}

/** A publisher's hook hears of its plugins; one without publisher is the operators' and hears everything. */
export interface NewHook {
  readonly publisherId: string | null;
  readonly accountId: string;
  readonly url: string;
  /** Empty = all. */
  readonly events: readonly string[];
  /** What the secret is sealed for. */
  readonly secretRow: string;
  readonly secretSealed: string;
}

export interface Hook {
  readonly id: string;
  readonly publisherId: string | null;
  readonly publisherHandle: string | null;
  readonly url: string;
  readonly events: readonly string[];
  /** In a row. */
  readonly failures: number;
  readonly pausedAt: number | null;
  /** Until when the secret before this one signs, too. */
  readonly rotatingUntil: number | null;
  readonly createdAt: number;
}

export interface HookDelivery {
  readonly id: string;
  readonly hookId: string;
  readonly sequence: number;
  readonly type: string;
  readonly data: { readonly [key: string]: Json };
  readonly at: number;
  readonly state: "queued" | "sending" | "delivered" | "dead";
  readonly attempts: number;
  /** When it is tried next; counts while queued. */
  readonly notBefore: number;
  readonly lastStatus: number | null;
  readonly deliveredAt: number | null;
}

export interface ClaimedHookDelivery extends Pick<HookDelivery, "id" | "hookId" | "sequence" | "type" | "data" | "at"> {
  readonly attempts: number;
  readonly url: string;
  /** The secret, and the one before while it counts. */
  readonly secrets: readonly SealedSecret[];
}

/** What is owed is written by the database itself, in the transaction of what happened. Times in Unix seconds. */
export interface HookStore {
  /** Null: the owner has `max` already. */
  add(hook: NewHook, max: number, at: number): Promise<string | null>;
  find(hookId: string): Promise<Hook | null>;
  /** Of these publishers; `isOperator`: those of the operators, too. */
  list(publisherIds: readonly string[], isOperator: boolean): Promise<readonly Hook[]>;
  change(hookId: string, changes: { readonly url?: string; readonly events?: readonly string[] }): Promise<void>;
  /** The secret in use becomes the one before. */
  rotate(hookId: string, secretRow: string, secretSealed: string, previousUntil: number): Promise<void>;
  resume(hookId: string): Promise<void>;
  /** What it is still owed dies with it. */
  remove(hookId: string, at: number): Promise<void>;

  /** Newest first, before a sequence where one is given. */
  deliveries(
    hookId: string,
    filter: { readonly before?: number; readonly state?: HookDelivery["state"] },
    limit: number,
  ): Promise<readonly HookDelivery[]>;
  delivery(hookId: string, deliveryId: string): Promise<HookDelivery | null>;
  /** Queues deliveries again, whatever became of them: one, or all from a sequence on. Answers their ids in order. */
  replay(
    hookId: string,
    which: { readonly deliveryId: string } | { readonly fromSequence: number },
    limit: number,
    at: number,
  ): Promise<readonly string[]>;

  /** A due row of a hook that is not paused. */
  claim(deliveryId: string, at: number, leaseUntil: number): Promise<ClaimedHookDelivery | null>;
  delivered(deliveryId: string, status: number, at: number): Promise<void>;
  /** Tried again at `notBefore`, or dead where that is null; one more failure of the hook, which pauses at `maxFailures`. */
  failed(
    deliveryId: string,
    status: number | null,
    notBefore: number | null,
    maxFailures: number,
    at: number,
  ): Promise<void>;
  /** Rows to ring for; those a crash left in `sending` are queued again. */
  due(at: number, limit: number): Promise<readonly string[]>;
}

/** Bells of this kind ring for a delivery of a hook. */
export const HOOK_BELL = "hook:";
/** What the secret of a hook is sealed for; its row is a uuid of its own. */
export const HOOK_SECRET = "webhook.hook_secret";
