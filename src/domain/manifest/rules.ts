import { ENTITY_READ, type Entity } from "../execution/events.ts";
import { channelOf, compareVersions } from "../release/version.ts";
import { pluginOfEvent } from "./parts.ts";
import type { ManifestProblem } from "./problem.ts";
import type { Manifest } from "./schema.ts";

/**
 * What one field cannot say alone (README, Cross rules). `paths` are the files beside the manifest; by default those it
 * lists. All problems are `manifest_rule` with a JSON pointer.
 */
export function checkManifestRules(
  manifest: Manifest,
  paths: Iterable<string> = Object.keys(manifest.files),
): readonly ManifestProblem[] {
  const files = new Set(paths);
  return [
    ...typeRule(manifest),
    ...serverRule(manifest, files),
    ...channelRule(manifest),
    ...namedFilesRule(manifest, files),
    ...viewRouteRule(manifest),
    ...eventRules(manifest),
    ...settingsRules(manifest, files),
    ...pricingRules(manifest),
    ...identityRules(manifest),
  ];
}

/** Rule 9: allowed, but worth a second look. */
export function manifestWarnings(manifest: Manifest): readonly ManifestProblem[] {
  const codes = new Set<string>(manifest.permissions.map((item) => item.code));
  const warnings: ManifestProblem[] = [];
  if (codes.has("storage.delete") && !codes.has("storage.write")) {
    warnings.push(rule("/permissions", "deletes from a storage it never writes"));
  }
  if (codes.has("webhooks.trigger") && manifest.egress.length === 0 && manifest.emits.length === 0) {
    warnings.push(rule("/permissions", "triggers webhooks without egress or events of its own"));
  }
  return warnings;
}

function* typeRule(manifest: Manifest): Generator<ManifestProblem> {
  const groups = {
    ui: hasSlot(manifest),
    api: manifest.routes.length > 0,
    automation: manifest.events.length > 0 || manifest.schedules.length > 0,
  };
  const count = Object.values(groups).filter(Boolean).length;
  if (manifest.type === "mixed" ? count < 2 : !groups[manifest.type]) {
    yield rule("/type", "ui needs a slot, api a route, automation an event or schedule, mixed two of these");
  }
}

function* serverRule(manifest: Manifest, files: ReadonlySet<string>): Generator<ManifestProblem> {
  const needsServer = manifest.routes.length > 0 || manifest.events.length > 0 || manifest.schedules.length > 0;
  if (needsServer !== files.has("server/main.js")) {
    yield rule("/files", "server/main.js exists exactly when routes, events or schedules exist");
  }
}

function* channelRule({ version, channel }: Manifest): Generator<ManifestProblem> {
  if (channelOf(version) !== channel) {
    yield rule(
      "/channel",
      "stable has no pre-release part; every other channel is its first identifier, a number follows",
    );
  }
}

function* namedFilesRule(manifest: Manifest, files: ReadonlySet<string>): Generator<ManifestProblem> {
  const named: (readonly [string, string])[] = manifest.screenshots.map((shot, index) => [
    `/screenshots/${index}/file`,
    shot.file,
  ]);
  if (manifest.icon !== undefined) named.push(["/icon", manifest.icon]);
  for (const { pointer, view } of views(manifest)) {
    if (view.file !== undefined) named.push([`${pointer}/file`, view.file]);
  }
  for (const [pointer, path] of named) if (!files.has(path)) yield rule(pointer, `no entry is called ${path}`);
  const pictures = new Set(named.map(([, path]) => path));
  for (const path of files) {
    if (/^(?:icons|screenshots)\//.test(path) && !pictures.has(path)) yield rule("/files", `${path} is named nowhere`);
  }
  if (!hasSlot(manifest) && [...files].some((path) => path.startsWith("ui/"))) {
    yield rule("/ui", "files under ui/ need a slot");
  }
}

function* viewRouteRule(manifest: Manifest): Generator<ManifestProblem> {
  for (const { pointer, view } of views(manifest)) {
    if (view.route === undefined) continue;
    const isServed = manifest.routes.some(
      (route) => route.path === view.route && route.method === "GET" && route.access === "session",
    );
    if (!isServed) yield rule(`${pointer}/route`, "names no GET route with session access");
  }
}

function* eventRules(manifest: Manifest): Generator<ManifestProblem> {
  const required = new Set<string>(manifest.permissions.filter((item) => item.required).map((item) => item.code));
  for (const [index, { on }] of manifest.events.entries()) {
    const pointer = `/events/${index}/on`;
    const plugin = pluginOfEvent(on);
    if (plugin !== null) {
      if (!Object.hasOwn(manifest.dependencies, plugin)) yield rule(pointer, `${plugin} is no dependency`);
      continue;
    }
    const permission = ENTITY_READ[on.slice(0, on.indexOf(".")) as Entity];
    if (!required.has(permission)) yield rule(pointer, `needs ${permission} as a required permission`);
  }
}

function* settingsRules(manifest: Manifest, files: ReadonlySet<string>): Generator<ManifestProblem> {
  const migrations = [...files].filter((path) => path.startsWith("migrations/")).length;
  const version = manifest.settings?.version ?? 1;
  if (version !== 1 + migrations) yield rule("/settings/version", `is ${version} with ${migrations} migrations`);
  for (const [index, field] of (manifest.settings?.fields ?? []).entries()) {
    const host = field.inject?.host;
    if (host !== undefined && !manifest.egress.some((item) => item.host === host)) {
      yield rule(`/settings/fields/${index}/inject/host`, "is no host of egress");
    }
  }
}

function* pricingRules({ pricing, trialDays, support }: Manifest): Generator<ManifestProblem> {
  const isPaid = pricing.tiers.some((tier) => tier.id !== "free" && tier.id !== "trial");
  const hasTrial = pricing.tiers.some((tier) => tier.id === "trial");
  if (trialDays > 0 && !isPaid) yield rule("/trialDays", "is 0 unless a paid tier exists");
  if (hasTrial && trialDays === 0) yield rule("/pricing/tiers", "a trial tier needs trialDays");
  if (isPaid && support.email === undefined && support.url === undefined)
    yield rule("/support", "a paid tier needs one");
}

function* identityRules(manifest: Manifest): Generator<ManifestProblem> {
  if (Object.hasOwn(manifest.dependencies, manifest.name)) {
    yield rule(`/dependencies/${manifest.name}`, "a plugin does not depend on itself");
  }
  const { minAppVersion, maxAppVersion } = manifest;
  if (maxAppVersion !== undefined && compareVersions(minAppVersion, maxAppVersion) > 0) {
    yield rule("/maxAppVersion", "is below minAppVersion");
  }
  for (const [index, route] of manifest.routes.entries()) {
    if (route.hostPermission !== undefined && route.access !== "session") {
      yield rule(`/routes/${index}/hostPermission`, "only a session route has a host user");
    }
  }
}

interface NamedView {
  readonly pointer: string;
  readonly view: { readonly file?: string; readonly route?: string };
}

/** Every view of every slot, with the JSON pointer to it. */
export function views({ ui }: Manifest): readonly NamedView[] {
  const list: NamedView[] = [];
  for (const [index, page] of (ui?.pages ?? []).entries())
    list.push({ pointer: `/ui/pages/${index}/view`, view: page.view });
  for (const [index, widget] of (ui?.widgets ?? []).entries()) {
    list.push({ pointer: `/ui/widgets/${index}/view`, view: widget.view });
  }
  if (ui?.settingsPanel !== undefined) list.push({ pointer: "/ui/settingsPanel/view", view: ui.settingsPanel.view });
  return list;
}

function hasSlot(manifest: Manifest): boolean {
  return views(manifest).length > 0;
}

function rule(pointer: string, detail: string): ManifestProblem {
  return { code: "manifest_rule", pointer, detail };
}
