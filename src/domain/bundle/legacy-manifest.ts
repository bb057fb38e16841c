import * as z from "zod";
import { EVENTS } from "../execution/events.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { termsOf } from "../license/tiers.ts";
import { ROUTE_METHODS } from "../manifest/parts.ts";
import { CATEGORIES, type Category, PERMISSIONS, TIERS, type Tier } from "../manifest/permissions.ts";
import { byText } from "../manifest/text.ts";
import { ok, type Result, refuse } from "../result.ts";
import { type BundleProblem, problem } from "./problem.ts";

/** What stands beside a container: the publisher, and what the host sends in its form. All of it may be missing but the first. */
export interface LegacyListing {
  readonly publisher: string;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  readonly category?: string | undefined;
  readonly trialDays?: number | undefined;
  readonly pricing?: unknown;
  readonly changelog?: string | undefined;
  readonly releaseNotes?: string | undefined;
  readonly support?: { readonly url?: string | undefined; readonly email?: string | undefined } | undefined;
  /** SPDX expression; nothing said: LicenseRef-Proprietary. */
  readonly license?: string | undefined;
}

export interface LegacyTranslation {
  readonly manifest: JsonObject;
  readonly needsServer: boolean;
  /** README, CHANGELOG and LICENSE, for containers without. */
  readonly documents: ReadonlyMap<string, string>;
}

const DEPENDENCY = z.union([
  z.string(),
  z.looseObject({
    minVersion: z.string().optional(),
    maxVersion: z.string().optional(),
    version: z.string().optional(),
  }),
]);
const LIST = z.array(z.unknown()).catch([]);
const HOST = z.looseObject({
  name: z.string(),
  version: z.string(),
  displayName: z.string().optional(),
  description: z.string().optional(),
  author: z.string().optional(),
  type: z.string().optional(),
  category: z.string().optional(),
  homepage: z.string().optional(),
  repository: z.string().optional(),
  minAppVersion: z.string().optional(),
  maxAppVersion: z.string().nullable().optional(),
  permissions: z
    .array(z.looseObject({ code: z.string(), description: z.string().optional(), required: z.boolean().optional() }))
    .default([]),
  dependencies: z.record(z.string(), DEPENDENCY).default({}),
  exports: z.looseObject({ routes: LIST, hooks: LIST }).catch({ routes: [], hooks: [] }),
});
type Host = z.output<typeof HOST>;

/** Fields of ours that a container may carry already; they are judged by the reader like everybody's. */
const CARRIED = ["emits", "events", "routes", "schedules", "ui", "settings", "screenshots", "icon", "tags", "egress"];

/** The manifest of a host container in our words (README, Host containers). */
export function legacyManifest(
  source: object,
  listing: LegacyListing,
  paths: ReadonlySet<string>,
): Result<LegacyTranslation, readonly BundleProblem[]> {
  const parsed = HOST.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse([problem("legacy_unreadable", `manifest.${issue?.path.join(".")}: ${issue?.message}`)]);
  }
  const host = parsed.data;
  const permissions = expandPermissions(host);
  if (!permissions.ok) return permissions;
  const carried = Object.fromEntries(CARRIED.flatMap((field) => (field in host ? [[field, host[field] as Json]] : [])));
  const spoken = { ...routesOf(host), ...eventsOf(host), ...carried };
  const needsServer = ["routes", "events", "schedules"].some((field) => {
    const list = (spoken as JsonObject)[field];
    return Array.isArray(list) && list.length > 0;
  });
  const pricing = pricingOf(listing);
  const isPaid = pricing.tiers.some((tier) => (tier.price ?? 1) > 0);
  const homepage = secure(host.homepage);
  const repository = secure(host.repository);
  const support = supportOf(listing, homepage ?? repository);
  const displayName = listing.displayName ?? host.displayName ?? host.name;
  const description = oneLine(listing.description ?? host.description ?? "");
  const manifest: Record<string, Json | undefined> = {
    egress: [],
    ...spoken,
    formatVersion: 1,
    name: host.name,
    version: host.version,
    publisher: listing.publisher,
    displayName,
    description,
    type: host.type,
    category: categoryOf(listing.category ?? host.category ?? ""),
    license: listing.license ?? "LicenseRef-Proprietary",
    channel: "stable",
    minAppVersion: host.minAppVersion,
    maxAppVersion: host.maxAppVersion ?? undefined,
    homepage,
    repository,
    support,
    security: support?.email ?? support?.url,
    icon: paths.has("icons/icon.png") ? "icons/icon.png" : undefined,
    permissions: permissions.value,
    dependencies: rangesOf(host),
    pricing,
    trialDays: isPaid ? (listing.trialDays ?? 0) : 0,
    changes: changesOf(listing, host.version),
  };
  const said = Object.entries(manifest).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return ok({
    manifest: Object.fromEntries(said),
    needsServer,
    documents: documentsOf(host, listing, displayName, description),
  });
}

/** `customers.*` is every right over customers there is; `*` would be rights nobody listed. */
function expandPermissions({ permissions }: Host): Result<JsonObject[], readonly BundleProblem[]> {
  const found = new Map<string, JsonObject>();
  for (const [index, { code, description, required = true }] of permissions.entries()) {
    if (code === "*") {
      const where = { path: "manifest.json", pointer: `/permissions/${index}/code` };
      return refuse([problem("manifest_field_value", "rights over everything cannot be asked for", where)]);
    }
    const prefix = code.endsWith(".*") ? code.slice(0, -1) : null;
    const codes = prefix === null ? [code] : PERMISSIONS.filter((known) => known.startsWith(prefix));
    // An unknown code stays, for the reader to name.
    for (const each of codes.length === 0 ? [code] : codes) {
      const reason = oneLine(description ?? "");
      const isRequired = required || found.get(each)?.required === true;
      found.set(each, {
        code: each,
        description: reason.length < 10 ? `Asks for ${each}.` : reason,
        required: isRequired,
      });
    }
  }
  return ok([...found.keys()].sort(byText).map((code) => found.get(code) as JsonObject));
}

/** A host's route answers every method. */
function routesOf({ exports }: Host): JsonObject {
  const paths = exports.routes.filter((path): path is string => typeof path === "string");
  if (paths.length === 0) return {};
  const routes = [...new Set(paths)].flatMap((path) =>
    ROUTE_METHODS.map((method) => ({ method, path: path.startsWith("/") ? path : `/${path}`, access: "session" })),
  );
  return { routes };
}

/** Hooks that are named for an event are one; others have nothing to hear. */
function eventsOf({ exports }: Host): JsonObject {
  const on = EVENTS.filter((event) => exports.hooks.includes(event)).sort(byText);
  return on.length === 0 ? {} : { events: on.map((event) => ({ on: event })) };
}

/** `minVersion`, `maxVersion` and the older bare version, which was a least one. */
function rangesOf({ dependencies }: Host): JsonObject {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, wanted]) => {
      if (typeof wanted === "string") return [name, rangeOf(wanted, undefined)];
      return [name, rangeOf(wanted.minVersion ?? wanted.version, wanted.maxVersion)];
    }),
  );
}

function rangeOf(least: string | undefined, most: string | undefined): string {
  const bounds = [
    ...(least === undefined || least === "" ? [] : [/^\d/.test(least) ? `>=${least}` : least]),
    ...(most === undefined || most === "" ? [] : [`<=${most}`]),
  ];
  return bounds.length === 0 ? "*" : bounds.join(" ");
}

/** The host's category is free text. */
function categoryOf(text: string): Category {
  const word = text.trim().toLowerCase();
  const known = CATEGORIES.find((category) => category === word || category === `${word}s`);
  return known ?? ALIASES[word] ?? "other";
}

const ALIASES: { readonly [word: string]: Category | undefined } = Object.assign(Object.create(null), {
  crm: "customers",
  calendar: "appointments",
  scheduling: "appointments",
  analytics: "reporting",
  reports: "reporting",
  billing: "finance",
  invoicing: "finance",
  payments: "finance",
  sms: "communication",
  email: "communication",
  messaging: "communication",
  workflow: "automation",
  integrations: "integration",
});

/** List prices as the host writes them – numbers, or objects with a `price` – with the limits its tiers always had. */
function pricingOf({ pricing, trialDays = 0 }: LegacyListing) {
  const prices = z.record(z.string(), z.unknown()).catch({}).parse(pricing);
  const tiers = TIERS.flatMap((id) => {
    if (!Object.hasOwn(prices, id) || (id === "trial" && trialDays === 0)) return [];
    const value = prices[id];
    const price = typeof value === "object" && value !== null && "price" in value ? value.price : value;
    const cents = typeof price === "number" && price >= 0 ? Math.round(price * 100) : null;
    const isGratis = id === "free" || id === "trial";
    const limits = limitsOf(id);
    return [
      {
        id,
        price: isGratis ? 0 : cents,
        interval: isGratis || cents === null ? "none" : "month",
        features: [],
        limits,
      },
    ];
  });
  const free = { id: "free", price: 0, interval: "none", features: [], limits: limitsOf("free") };
  return { currency: "EUR", tiers: tiers.length === 0 ? [free] : tiers };
}

function limitsOf(tier: Tier): JsonObject {
  const { maxInstalls, apiCalls, storageMb } = termsOf(tier, undefined, 0);
  return { installs: maxInstalls, apiCalls, storageMiB: storageMb, users: null };
}

function supportOf({ support }: LegacyListing, url: string | undefined) {
  if (support?.email !== undefined) return { email: support.email };
  const address = secure(support?.url) ?? url;
  return address === undefined ? undefined : { url: address };
}

const MAX_CHANGES = 20;

function changesOf({ releaseNotes, changelog }: LegacyListing, version: string): string[] {
  const lines = (releaseNotes ?? changelog ?? "")
    .split("\n")
    .map((line) => oneLine(line.replace(/^[\s#*-]+/, "")).slice(0, 200))
    .filter((line) => line.length >= 3);
  return lines.length === 0 ? [`Version ${version}.`] : lines.slice(0, MAX_CHANGES);
}

function documentsOf(
  host: Host,
  listing: LegacyListing,
  displayName: string,
  description: string,
): ReadonlyMap<string, string> {
  const owner = oneLine(host.author ?? listing.publisher);
  const readme = `# ${oneLine(displayName)}

${description}

This plugin was packed for an older Rising-BSM and brought no readme of its own. What it may do stands under its permissions,
what it costs under its prices, and what changed in the list of its versions. Questions are answered by its publisher,
${listing.publisher}.
`;
  const changes = changesOf(listing, host.version).map((line) => `- ${line}`);
  return new Map([
    ["README.md", readme],
    ["CHANGELOG.md", `# Changelog\n\n## ${host.version}\n\n${changes.join("\n")}\n`],
    ["LICENSE", `Copyright ${owner}. ${listing.license === undefined ? "All rights reserved." : listing.license}\n`],
  ]);
}

function oneLine(text: string): string {
  return text.normalize("NFC").replaceAll(/\s+/g, " ").trim();
}

function secure(url: string | undefined): string | undefined {
  return url?.startsWith("https://") === true ? url : undefined;
}
