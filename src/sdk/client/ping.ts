import { type AppliedAction, applyOnce, type PendingAction, type PullOptions } from "./actions.ts";
import { at, type CallOptions, openLine } from "./line.ts";

/** A webhook of the marketplace, fetched instead of posted: the same body. */
export interface FetchedWebhook {
  /** `evt_<number>`, rising. */
  readonly id: string;
  readonly event: string;
  readonly data: { readonly [name: string]: unknown };
  readonly createdAt: string;
  readonly sequence?: number | undefined;
}
/** Something to know about a plugin that is installed. */
export interface PluginNote {
  readonly pluginId: string;
  readonly name: string;
  readonly version: string;
  /** `release_blocked`, `plugin_stopped`, `release_yanked` … */
  readonly code: string;
}
/** A newer version made for this host. */
export interface PluginUpdate {
  readonly pluginId: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
}
export interface InstalledPluginVersion {
  readonly pluginId: string;
  readonly version: string;
}

/** Everything an instance says, and how it takes what it hears. */
export interface PingOptions extends Omit<PullOptions, "wait"> {
  /** Of the instance. */
  readonly appVersion?: string;
  /** What is installed now; without it neither updates nor blocks are told. */
  readonly installed?: readonly InstalledPluginVersion[];
  /** Pings of installations, as `POST /v1/heartbeats` takes them. */
  readonly heartbeats?: readonly ({ readonly iid: string } & { readonly [name: string]: unknown })[];
  /** The epoch of the signed revocation list that is held; 0: the whole list. */
  readonly revocationsAfter?: number;
  /** Takes one webhook, in their order. Throwing leaves it, and all after it, for the next round. */
  onWebhook(webhook: FetchedWebhook): Promise<void>;
  /** The last webhook that was taken, kept beside the instance's data, so that a lost acknowledgement repeats nothing. */
  readonly cursor: { get(): Promise<string | null>; set(cursor: string): Promise<void> };
}

/** What one round did, and what it heard. */
export interface PingRound {
  readonly webhooks: number;
  readonly actions: number;
  readonly updates: readonly PluginUpdate[];
  readonly revoked: readonly PluginNote[];
  readonly notices: readonly PluginNote[];
  readonly heartbeats: readonly { readonly [name: string]: unknown }[];
  /** The signed list after `revocationsAfter`, for the license guard. */
  readonly revocations?: string | undefined;
  /** When to come again. */
  readonly nextPingSeconds: number;
}

interface PingAnswer extends Omit<PingRound, "webhooks" | "actions"> {
  readonly webhooks: { readonly events: readonly FetchedWebhook[]; readonly more: boolean };
  readonly actions: readonly PendingAction[];
}
type Results = readonly ({ readonly id: string } & AppliedAction)[];

/** Rounds that only take what more there was; the rest comes with the next ping. */
const MOST_PAGES = 20;

/**
 * One round of an instance that nobody can call: tells what is installed, takes webhooks and actions in their order, and
 * acknowledges what was taken. Nothing is applied twice, whichever answer was lost, and nothing is skipped.
 *
 * @example
 * ```ts
 * const round = await pingMarketplace({ marketplace, credentials, appVersion, installed, apply, applied, onWebhook, cursor });
 * setTimeout(again, round.nextPingSeconds * 1000);
 * ```
 */
export async function pingMarketplace(options: PingOptions, call: CallOptions = {}): Promise<PingRound> {
  const line = openLine(options);
  const path = at`/instances/ping`;
  const { appVersion, installed, heartbeats, revocationsAfter } = options;
  const told = {
    ...(appVersion === undefined ? {} : { appVersion }),
    ...(installed === undefined ? {} : { installed }),
    ...(heartbeats === undefined || heartbeats.length === 0 ? {} : { heartbeats }),
    ...(revocationsAfter === undefined ? {} : { since: { revocations: revocationsAfter } }),
  };
  let results: Results = [];
  let acks = await acksOf(options, results);
  const first = await line.json<PingAnswer>({ method: "POST", path, body: { ...told, ...acks } }, call);
  let answer = first;
  const taken = { webhooks: 0, actions: 0 };
  for (let page = 0; page < MOST_PAGES; page++) {
    const webhooks = await takeWebhooks(options, answer.webhooks.events);
    results = await takeActions(options, answer.actions);
    taken.webhooks += webhooks;
    taken.actions += results.length;
    if (webhooks === 0 && results.length === 0) break;
    acks = await acksOf(options, results);
    answer = await line.json<PingAnswer>({ method: "POST", path, body: acks }, call);
  }
  const { updates, revoked, notices, revocations, nextPingSeconds } = first;
  return { ...taken, updates, revoked, notices, heartbeats: first.heartbeats, revocations, nextPingSeconds };
}

async function acksOf({ cursor }: PingOptions, results: Results): Promise<object> {
  const webhooks = await cursor.get();
  const acks = {
    ...(webhooks === null ? {} : { webhooks }),
    ...(results.length === 0 ? {} : { actions: results }),
  };
  return Object.keys(acks).length === 0 ? {} : { acks };
}

async function takeWebhooks({ onWebhook, cursor }: PingOptions, events: readonly FetchedWebhook[]): Promise<number> {
  let taken = 0;
  for (const event of events) {
    const isTaken = await onWebhook(event).then(
      () => true,
      () => false,
    );
    // What comes after it may build on it.
    if (!isTaken) break;
    await cursor.set(event.id.replace(/^evt_/, ""));
    taken++;
  }
  return taken;
}

async function takeActions(options: PingOptions, actions: readonly PendingAction[]): Promise<Results> {
  const results: ({ id: string } & AppliedAction)[] = [];
  for (const action of actions) {
    const result = await applyOnce(options, action);
    if (result === null) break;
    results.push({ id: action.id, ...result });
  }
  return results;
}
