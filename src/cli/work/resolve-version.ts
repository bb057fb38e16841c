import type * as z from "zod";
import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { CHANNELS, type Channel } from "../../domain/manifest/permissions.ts";
import { compareVersions, isRange, parseVersion, satisfies } from "../../domain/release/version.ts";
import { ok } from "../../domain/result.ts";
import { type CliProblem, misuse, type Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import type { Marketplace } from "./marketplace.ts";

type ListedVersion = z.output<(typeof CATALOGUE_OPERATIONS.listVersions.answers)[200]>["versions"][number];

/** What somebody asked for: `visit-notes`, `visit-notes@1.4.0`, `visit-notes@^1.2.0`. */
export interface PluginWish {
  readonly name: string;
  /** Exactly this version: it may be yanked. */
  readonly version: string | null;
  readonly range: string | null;
}

export interface ChosenVersion {
  readonly pluginId: string;
  readonly name: string;
  readonly version: string;
  readonly state: string;
  /** Why it is yanked or deprecated. */
  readonly notice: string | null;
}

const NAME = /^[a-z][a-z0-9-]{1,49}$/;

export function parseWish(text: string): Outcome<PluginWish> {
  const at = text.indexOf("@");
  const name = at < 0 ? text : text.slice(0, at);
  const rest = at < 0 ? null : text.slice(at + 1);
  if (NAME.test(name)) {
    if (rest === null) return ok({ name, version: null, range: null });
    if (parseVersion(rest) !== null) return ok({ name, version: rest, range: null });
    if (rest.trim() !== "" && isRange(rest)) return ok({ name, version: null, range: rest });
  }
  return { ok: false, problem: misuse("plugin_malformed", `“${text}” is not NAME, NAME@VERSION or NAME@RANGE.`) };
}

/** Every version ever published, newest first, with the plugin's id. */
export async function fetchVersions(
  marketplace: Marketplace,
  name: string,
): Promise<
  Outcome<{
    readonly pluginId: string;
    readonly latest: string;
    readonly versions: readonly ListedVersion[];
    /** Off the shelves: nobody starts with it now. */
    readonly isSuspended: boolean;
  }>
> {
  const plugin = await ask(marketplace, CATALOGUE_OPERATIONS.getPluginByName, { params: { name } });
  if (!plugin.ok) return plugin;
  const { id, status } = plugin.value.body;
  const list = await ask(marketplace, CATALOGUE_OPERATIONS.listVersions, { params: { id } });
  return list.ok ? ok({ ...list.value.body, isSuspended: status === "suspended" }) : list;
}

/**
 * The newest version that is offered, fits the wish, the channel and the app; an exact version also when it is yanked. A
 * channel lets in those above it: alpha, beta, rc, stable.
 */
export async function resolveVersion(
  marketplace: Marketplace,
  wish: PluginWish,
  { channel, appVersion }: { readonly channel: Channel; readonly appVersion: string },
): Promise<Outcome<ChosenVersion>> {
  const list = await fetchVersions(marketplace, wish.name);
  if (!list.ok) return list;
  const { pluginId, versions, isSuspended } = list.value;
  if (isSuspended) return { ok: false, problem: tellSuspended(wish.name) };
  for (const row of versions.filter((one) => isCandidate(one, wish, channel))) {
    const shown = await ask(marketplace, CATALOGUE_OPERATIONS.getVersion, { params: { id: pluginId, v: row.version } });
    if (!shown.ok) return shown;
    const { minAppVersion, maxAppVersion = null } = shown.value.body;
    const isMadeForApp = fitsApp(appVersion, minAppVersion, maxAppVersion);
    if (!isMadeForApp && wish.version !== null)
      return { ok: false, problem: tellApp(wish.name, row.version, appVersion, minAppVersion, maxAppVersion) };
    if (isMadeForApp)
      return ok({
        pluginId,
        name: wish.name,
        version: row.version,
        state: row.state,
        notice: row.notice === undefined ? null : noticeOf(row),
      });
  }
  return { ok: false, problem: tellNoVersion(wish, versions, channel) };
}

/** Both ends count; precedence, never text order. */
export function fitsApp(appVersion: string, min: string, max: string | null): boolean {
  return compareVersions(appVersion, min) >= 0 && (max === null || compareVersions(appVersion, max) <= 0);
}

export function tellApp(name: string, version: string, app: string, min: string, max: string | null): CliProblem {
  const range = max === null ? `${min} or newer` : `${min} to ${max}`;
  return {
    code: "app_version",
    kind: "resolution",
    message: `${name} ${version} is made for Rising-BSM ${range}; yours is ${app}.`,
    next: "Name another version, or say which Rising-BSM it is for with --app-version.",
  };
}

function tellSuspended(name: string): CliProblem {
  return {
    code: "PLUGIN_SUSPENDED",
    kind: "resolution",
    message: `${name} is suspended: it is not offered to anybody for now.`,
    next: "Ask its publisher, or choose another plugin.",
  };
}

function isCandidate({ version, state, channel }: ListedVersion, wish: PluginWish, wanted: Channel): boolean {
  if (wish.version !== null) return version === wish.version && state !== "blocked";
  if (state !== "published" && state !== "deprecated") return false;
  const isAdmitted = CHANNELS.indexOf(channel as Channel) <= CHANNELS.indexOf(wanted);
  if (wish.range === null) return isAdmitted;
  return satisfies(version, wish.range) && (isAdmitted || channel !== "stable");
}

function noticeOf({ notice = "", replacement }: ListedVersion): string {
  return replacement === undefined ? notice : `${notice} (use ${replacement} instead)`;
}

function tellNoVersion(wish: PluginWish, versions: readonly ListedVersion[], channel: Channel): CliProblem {
  const wanted = wish.version ?? wish.range ?? `channel ${channel}`;
  const found = versions.find(({ version }) => version === wish.version);
  const why = found === undefined ? "" : ` It is ${found.state}${found.notice ? `: ${found.notice}` : ""}.`;
  return {
    code: "version_missing",
    kind: "resolution",
    message: `${wish.name} has no version to offer for ${wanted}.${why}`,
    next: `See rbsm versions ${wish.name}.`,
  };
}
