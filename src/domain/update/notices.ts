import { compareVersions } from "../release/version.ts";
import { isOffered } from "./closure.ts";
import type { InstalledPlugin, UpdateDocument, UpdateRelease, UpdateRequest } from "./document.ts";

export const NOTICE_CODES = [
  "unknown_plugin",
  "unknown_release",
  "yanked",
  "deprecated",
  "plugin_deprecated",
  "quarantined",
  "needs_newer_host",
  "waits_for_channel",
] as const;

/** Something an operator should read; nothing follows from it by itself. */
export interface UpdateNotice {
  readonly name: string;
  readonly version: string;
  readonly code: (typeof NOTICE_CODES)[number];
  readonly message: string;
  readonly replacement: string | null;
}

/** In the order of {@link NOTICE_CODES}. */
export function noticesFor(
  installed: InstalledPlugin,
  document: UpdateDocument | undefined,
  from: UpdateRelease | undefined,
  request: UpdateRequest,
): readonly UpdateNotice[] {
  const { name, version } = installed;
  const notices: UpdateNotice[] = [];
  const say = (code: UpdateNotice["code"], message: string, replacement: string | null = null) =>
    notices.push({ name, version, code, message, replacement });
  if (document === undefined) say("unknown_plugin", `There is no plugin ${name}.`);
  else if (from === undefined) say("unknown_release", `${name} ${version} was never published.`);
  if (document === undefined) return notices;
  if (from?.state === "yanked") say("yanked", from.notice ?? `${name} ${version} was withdrawn.`, from.replacement);
  if (from?.state === "deprecated")
    say("deprecated", from.notice ?? `${name} ${version} is deprecated.`, from.replacement);
  if (document.state === "deprecated" || document.state === "archived")
    say("plugin_deprecated", `${name} gets no further versions.`);
  if (document.state === "quarantined")
    say("quarantined", `${name} is held back while the desk looks into it; what is installed goes on.`);
  if (from === undefined) return notices;
  const unfit = tellUnfit(document, installed, request);
  if (unfit !== null) say("needs_newer_host", unfit);
  if (isAhead(document, installed, request))
    say(
      "waits_for_channel",
      `${name} ${version} is newer than anything on channel ${installed.channel}; it stays until that catches up.`,
    );
  return notices;
}

/** “Every version of kanban from 2.0.0 on needs Rising-BSM 0.3.0 or newer; this instance runs 0.1.0. …” */
function tellUnfit(
  { name, releases }: UpdateDocument,
  { version, channel }: InstalledPlugin,
  { appVersion }: UpdateRequest,
): string | null {
  if (appVersion === null) return null;
  const newer = releases
    .filter(
      (release) => compareVersions(release.version, version) > 0 && isOffered(release, channel, { appVersion: null }),
    )
    .sort((a, b) => compareVersions(a.version, b.version));
  const fit = newer.findLast((release) => isOffered(release, channel, { appVersion }));
  const unfit = newer.filter((release) => fit === undefined || compareVersions(release.version, fit.version) > 0);
  const [oldest] = unfit;
  const newest = unfit.at(-1);
  if (oldest === undefined || newest === undefined) return null;
  const { minAppVersion, maxAppVersion } = newest;
  const needs = maxAppVersion === null ? `${minAppVersion} or newer` : `${minAppVersion} to ${maxAppVersion}`;
  const who =
    unfit.length === 1 ? `${name} ${newest.version} needs` : `Every version of ${name} from ${oldest.version} on needs`;
  const rest = `The newest that fits is ${fit?.version ?? version}.`;
  return `${who} Rising-BSM ${needs}; this instance runs ${appVersion}. ${rest}`;
}

/** Whoever left a channel is not led back: the installation waits. */
function isAhead({ releases }: UpdateDocument, { version, channel }: InstalledPlugin, request: UpdateRequest): boolean {
  const own = releases.find((release) => release.version === version);
  if (own === undefined || isOffered({ ...own, state: "published" }, channel, { appVersion: null })) return false;
  return !releases.some(
    (release) => isOffered(release, channel, request) && compareVersions(release.version, version) > 0,
  );
}
