import type { LicenseFacts } from "../../../domain/execution/job.ts";
import { TIER_LIMITS } from "../../../domain/execution/limits.ts";
import { effectiveSettings, readSettings, type SettingField } from "../../../domain/execution/settings.ts";
import type { JsonObject } from "../../../domain/json/json.ts";

/** What a test may set of the installation, as an admin and a purchase would. */
export interface InstallationFacts {
  /** Values of the manifest's settings; defaults where nothing is said. */
  readonly settings?: JsonObject;
  /** Secrets of the manifest's settings by key. */
  readonly secrets?: { readonly [key: string]: string };
  /** A basic license without end unless told. */
  readonly license?: Partial<LicenseFacts>;
  /** What `locales/<tag>.json` of the bundle say, by tag. */
  readonly strings?: { readonly [locale: string]: { readonly [key: string]: string } };
}

/** What of a manifest decides beside permissions; an author's `manifest.json` fits. */
export interface DeclaredFacts {
  readonly emits?: readonly string[];
  readonly settings?: { readonly fields: readonly object[] };
}

/** The part of a job that both test hosts make alike. Throws for settings that an admin could not save. */
export function runFacts(manifest: DeclaredFacts, options: InstallationFacts) {
  const fields = (manifest.settings?.fields ?? []) as readonly SettingField[];
  const set = readSettings(
    fields.map(({ required: _, ...field }) => field),
    options.settings ?? {},
  );
  if (!set.ok) throw new Error(set.problem.map(({ pointer, detail }) => `settings${pointer}: ${detail}`).join("; "));
  for (const key of Object.keys(options.secrets ?? {}))
    if (!fields.some((field) => field.key === key && field.type === "secret"))
      throw new Error(`manifest.json declares no secret ${key}`);
  const license: LicenseFacts = { tier: "basic", status: "active", features: [], limits: {}, ...options.license };
  return {
    egressPerMinute: TIER_LIMITS[license.tier].egressPerMinute,
    emits: manifest.emits ?? [],
    settings: effectiveSettings(fields, set.value),
    license,
  };
}

/** The secrets that code may read. */
export function readableSecrets(manifest: DeclaredFacts): readonly string[] {
  const fields = (manifest.settings?.fields ?? []) as readonly SettingField[];
  return fields.filter(({ readable }) => readable === true).map(({ key }) => key);
}

/** What the gate adds to requests to one host. */
export function injectedInto(
  manifest: DeclaredFacts,
  { secrets = {} }: InstallationFacts,
  host: string,
): readonly { readonly header: string; readonly value: string }[] {
  const fields = (manifest.settings?.fields ?? []) as readonly SettingField[];
  return fields.flatMap(({ key, inject }) => {
    const secret = secrets[key];
    if (inject === undefined || inject.host !== host || secret === undefined) return [];
    return [{ header: inject.header, value: `${inject.prefix ?? ""}${secret}` }];
  });
}
