import type { Principal } from "../../domain/account/principal.ts";
import { renderWebhook } from "../../domain/account/webhook.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { Decisions, Update } from "../../domain/update/decide.ts";
import type { InstalledPlugin } from "../../domain/update/document.ts";
import type { BeatWorld } from "../license/beat.ts";
import { beatMany, type NamedBeat } from "../license/beat-many.ts";
import { renderLicenseWebhook } from "../license/render-webhook.ts";
import { showRevocations } from "../license/revocation-list.ts";
import type { World } from "../ports.ts";
import { checkUpdates } from "../update/check-updates.ts";
import type { InstalledVersion, PulledWebhook, Standing } from "./ping-ports.ts";
import { acknowledgeActions, fetchActions } from "./pull-actions.ts";
import type { ActionResult, WaitingAction } from "./pull-ports.ts";

/** Like a heartbeat: commands and revocations are heard of within this time. */
export const PING_SECONDS = 300;
const MAX_WEBHOOKS = 50;
const MAX_ACTIONS = 50;

/** Everything an instance says in one call. */
export interface InstancePing {
  readonly appVersion: string | null;
  readonly installed: readonly (InstalledVersion & Wishes)[];
  /** Pings of its installations; numbers of commands that were run ride on them. */
  readonly beats: readonly NamedBeat[];
  readonly since: { readonly webhooks: string | null; readonly revocations: number | null };
  readonly acks: { readonly webhooks: string | null; readonly actions: readonly ActionResult[] };
}

/** What the operator wants of a plugin's updates. */
export type Wishes = Omit<InstalledPlugin, "name" | "version">;

/** And everything it hears. */
export interface PingAnswer {
  /** Unix seconds. */
  readonly at: number;
  readonly heartbeats: readonly JsonObject[];
  /** As the one update check answers them (README of src/domain/update). */
  readonly updates: readonly (Update & { readonly pluginId: string })[];
  readonly held: Decisions["held"];
  readonly stops: Decisions["actions"];
  readonly revoked: readonly StandingNote[];
  readonly notices: readonly StandingNote[];
  /** The signed list after what was seen; null: it was not asked for. */
  readonly revocations: string | null;
  readonly webhooks: {
    readonly events: readonly JsonObject[];
    /** What to send as `since` and, once applied, as acknowledgement; null: nothing came. */
    readonly cursor: string | null;
    readonly more: boolean;
  };
  readonly actions: readonly WaitingAction[];
  readonly acknowledged: { readonly webhooks: number; readonly actions: readonly string[] };
}
export interface StandingNote {
  readonly pluginId: string;
  readonly name: string;
  readonly version: string;
  readonly code:
    | "release_blocked"
    | "release_unknown"
    | "release_yanked"
    | "release_deprecated"
    | "plugin_stopped"
    | "plugin_deprecated";
}

type Needs = BeatWorld &
  Pick<
    World,
    | "pings"
    | "updateIndex"
    | "tuf"
    | "actions"
    | "revocations"
    | "licenseSigners"
    | "licenseKeys"
    | "vault"
    | "site"
    | "clock"
  >;

/**
 * All that is otherwise pushed, for an instance that cannot be called: acknowledgements first, so that what was applied is
 * not told again; then its pings; then updates, what was stopped, webhooks in their order, and actions. Whatever is not
 * acknowledged comes again.
 */
export async function pingInstance(
  world: Needs,
  principal: Extract<Principal, { kind: "instance" }>,
  { appVersion, installed, beats, since, acks }: InstancePing,
): Promise<PingAnswer> {
  const { instanceId } = principal;
  const now = unixSeconds(world.clock.now());
  const acknowledged = {
    webhooks: acks.webhooks === null ? 0 : await world.pings.acknowledge(instanceId, acks.webhooks, now),
    actions: acks.actions.length === 0 ? [] : await acknowledgeActions(world, instanceId, acks.actions),
  };
  const heartbeats = await beatMany(world, principal, beats);
  const standings = installed.length === 0 ? [] : await world.pings.standing(installed);
  const decided = await decide(world, instanceId, appVersion, installed, standings);
  const owed = await world.pings.webhooks(instanceId, since.webhooks, MAX_WEBHOOKS + 1, now);
  const page = owed.slice(0, MAX_WEBHOOKS);
  return {
    at: now,
    acknowledged,
    heartbeats,
    updates: (decided?.updates ?? []).map((update) => ({ pluginId: idOf(standings, update.name), ...update })),
    held: decided?.held ?? [],
    stops: decided?.actions ?? [],
    revoked: standings.flatMap(stopOf),
    notices: standings.flatMap(noticeOf),
    revocations: since.revocations === null ? null : await showRevocations(world, since.revocations),
    webhooks: {
      events: (await Promise.all(page.map((webhook) => render(world, webhook)))).flat(),
      cursor: page.at(-1)?.id ?? null,
      more: owed.length > page.length,
    },
    actions: await fetchActions(world, instanceId, MAX_ACTIONS),
  };
}

/** What the update check says of what is known; null: nothing is, or it is too much for one call. */
async function decide(
  world: Needs,
  instanceId: string,
  appVersion: string | null,
  installed: InstancePing["installed"],
  standings: readonly Standing[],
): Promise<Decisions | null> {
  const plugins = standings.flatMap(({ pluginId, name, version }) => {
    const told = installed.find((one) => one.pluginId === pluginId);
    return told === undefined ? [] : [{ ...told, name, version }];
  });
  if (plugins.length === 0) return null;
  const checked = await checkUpdates(world, { instanceId, appVersion, plugins });
  return checked.ok ? checked.value : null;
}

function idOf(standings: readonly Standing[], name: string): string {
  return standings.find((standing) => standing.name === name)?.pluginId ?? "";
}

function stopOf({ pluginId, name, version, pluginState, releaseState, isBlocked }: Standing): readonly StandingNote[] {
  const about = { pluginId, name, version };
  if (isBlocked || releaseState === "blocked") return [{ ...about, code: "release_blocked" }];
  return isStopped(pluginState) ? [{ ...about, code: "plugin_stopped" }] : [];
}

function noticeOf({ pluginId, name, version, pluginState, releaseState }: Standing): readonly StandingNote[] {
  const about = { pluginId, name, version };
  if (releaseState === null) return [{ ...about, code: "release_unknown" }];
  if (releaseState === "yanked") return [{ ...about, code: "release_yanked" }];
  if (releaseState === "deprecated") return [{ ...about, code: "release_deprecated" }];
  return pluginState === "deprecated" || pluginState === "archived" ? [{ ...about, code: "plugin_deprecated" }] : [];
}

function isStopped(pluginState: string): boolean {
  return !["active", "deprecated", "archived"].includes(pluginState);
}

/** As it would have been pushed; a license's webhook whose license is gone says nothing any more. */
async function render(world: Needs, webhook: PulledWebhook): Promise<readonly JsonObject[]> {
  const { id, event, subjectKind, subjectId, sequence, data, createdAt } = webhook;
  const isLicense = event === "license.created" || event === "license.updated" || event === "license.revoked";
  const told =
    isLicense && subjectKind === "license" && subjectId !== null
      ? await renderLicenseWebhook(world, subjectId, event, data)
      : data;
  if (told === null) return [];
  return [JSON.parse(renderWebhook({ event, data: told, id, createdAt, sequence })) as JsonObject];
}
