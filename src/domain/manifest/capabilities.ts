import { sha256Hex } from "../digest.ts";
import { canonicalize } from "../json/canonical.ts";
import type { Manifest } from "./schema.ts";
import { byText } from "./text.ts";

/** What a person consents to. Arrays are sorted and hold nothing twice. */
export interface Capabilities {
  readonly dependencies: { readonly [name: string]: string };
  readonly egress: readonly string[];
  readonly events: readonly string[];
  readonly optionalPermissions: readonly string[];
  /** Those the plugin cannot do without. */
  readonly permissions: readonly string[];
  /** `"GET /x"`: routes that anyone can reach. */
  readonly publicRoutes: readonly string[];
  /** Secrets that plugin code sees in clear. */
  readonly readableSecrets: readonly string[];
  /** Cron expressions. */
  readonly schedules: readonly string[];
  /** Hosts that are sent a secret by the egress gate. */
  readonly secretHosts: readonly string[];
  readonly ui: readonly ("page" | "settings" | "widget")[];
}

/** README, Capabilities. */
export function capabilitiesOf(manifest: Manifest): Capabilities {
  const { permissions, routes, ui, settings } = manifest;
  const secrets = settings?.fields ?? [];
  return {
    dependencies: { ...manifest.dependencies },
    egress: set(manifest.egress.map((rule) => rule.host)),
    events: set(manifest.events.map((event) => event.on)),
    optionalPermissions: set(permissions.filter((item) => !item.required).map((item) => item.code)),
    permissions: set(permissions.filter((item) => item.required).map((item) => item.code)),
    publicRoutes: set(
      routes.filter((route) => route.access !== "session").map((route) => `${route.method} ${route.path}`),
    ),
    readableSecrets: set(secrets.filter((field) => field.readable === true).map((field) => field.key)),
    schedules: set(manifest.schedules.map((schedule) => schedule.cron)),
    secretHosts: set(secrets.flatMap((field) => field.inject?.host ?? [])),
    ui: [
      ...((ui?.pages?.length ?? 0) > 0 ? (["page"] as const) : []),
      ...(ui?.settingsPanel !== undefined ? (["settings"] as const) : []),
      ...((ui?.widgets?.length ?? 0) > 0 ? (["widget"] as const) : []),
    ],
  };
}

/** Names a capability object on pages and in findings; lower-case hex SHA-256. */
export function capabilitiesDigest(capabilities: Capabilities): Promise<string> {
  return sha256Hex(`rbsm-capabilities/1\n${canonicalText(capabilities)}`);
}

/** The digest that consent, grants and sandbox keys carry. A plugin without dependencies is its own closure. */
export function closureDigestOf(capabilities: Capabilities): Promise<string> {
  return sha256Hex(`rbsm-closure/1\n${canonicalText(capabilities)}`);
}

function canonicalText(capabilities: Capabilities): string {
  return canonicalize({ ...capabilities });
}

function set(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(byText);
}
