import * as z from "zod";
import type { Manifest } from "../manifest/manifest.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { Pricing } from "./pricing.ts";
import { satisfies } from "./version.ts";

/** What lists show of a release; the path of a picture names the bundle it lies in. */
export interface ManifestListing {
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  readonly type: string;
  readonly tags: readonly string[];
  readonly icon: string | null;
  readonly screenshots: readonly { readonly url: string; readonly alt: string }[];
  readonly pricing: Pricing;
  readonly trialDays: number;
}

export function listingOf(manifest: Manifest, sha256: string): ManifestListing {
  return {
    displayName: manifest.displayName,
    description: manifest.description,
    category: manifest.category,
    type: manifest.type,
    tags: manifest.tags,
    icon: manifest.icon === undefined ? null : `/f/${sha256}/${manifest.icon}`,
    screenshots: manifest.screenshots.map(({ file, alt }) => ({ url: `/f/${sha256}/${file}`, alt })),
    pricing: {
      currency: "EUR",
      tiers: manifest.pricing.tiers.map((tier) => ({ ...tier, popular: tier.popular ?? false })),
    },
    trialDays: manifest.trialDays,
  };
}

/** What the host writes beside the bundle. Everything optional; listing matter is not compared, it may differ later. */
const HOST_FORM = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  type: z.string().optional(),
  publisher: z.string().optional(),
  permissions: z.array(z.looseObject({ code: z.string(), required: z.boolean().optional() })).optional(),
  dependencies: z
    .array(
      z.looseObject({
        pluginName: z.string().optional(),
        name: z.string().optional(),
        minVersion: z.string().optional(),
      }),
    )
    .optional(),
  minAppVersion: z.string().optional(),
  maxAppVersion: z.string().nullable().optional(),
  checksum: z.string().optional(),
});
export type HostForm = z.output<typeof HOST_FORM>;

export function parseHostForm(value: unknown): Result<HostForm, Problem<"VALIDATION_ERROR">> {
  const parsed = HOST_FORM.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const errors = parsed.error.issues.slice(0, 100).map((issue) => ({
    pointer: `/plugin/${issue.path.map(String).join("/")}`,
    detail: issue.message,
  }));
  return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });
}

/** The fields in which the form contradicts the manifest. Absent and empty ones say nothing. */
export function contradictions(form: HostForm, manifest: Manifest): string[] {
  const fields: string[] = [];
  const compare = (field: string, sent: string | null | undefined, real: string | undefined) => {
    if (sent !== undefined && sent !== null && sent !== "" && sent !== real) fields.push(field);
  };
  compare("name", form.name, manifest.name);
  compare("version", form.version, manifest.version);
  compare("type", form.type, manifest.type);
  compare("publisher", form.publisher, manifest.publisher);
  compare("minAppVersion", form.minAppVersion, manifest.minAppVersion);
  compare("maxAppVersion", form.maxAppVersion, manifest.maxAppVersion);
  if (form.permissions !== undefined && !samePermissions(form.permissions, manifest)) fields.push("permissions");
  if (form.dependencies !== undefined && !sameDependencies(form.dependencies, manifest)) fields.push("dependencies");
  return fields;
}

/** Every permission the bundle asks for, and no other: what an operator was shown is what would be granted. */
function samePermissions(sent: NonNullable<HostForm["permissions"]>, manifest: Manifest): boolean {
  if (sent.length !== manifest.permissions.length) return false;
  return manifest.permissions.every(({ code, required }) =>
    sent.some((item) => item.code === code && (item.required ?? true) === required),
  );
}

function sameDependencies(sent: NonNullable<HostForm["dependencies"]>, manifest: Manifest): boolean {
  const names = sent.map((item) => item.pluginName ?? item.name ?? "");
  const real = Object.entries(manifest.dependencies);
  if (names.length !== real.length) return false;
  return real.every(([name, range]) => {
    const lowest = sent[names.indexOf(name)]?.minVersion ?? "";
    return names.includes(name) && (lowest === "" || satisfies(lowest, range));
  });
}
