import { capabilityDiff } from "../../execution/capability-diff.ts";
import { type Capabilities, capabilitiesOf, type Manifest } from "../../manifest/manifest.ts";

/** What a release may do that the one before it might not, in words a person reads: `egress api.example.org`. */
export function growthOf(before: Manifest, after: Manifest): readonly string[] {
  const [old, fresh] = [capabilitiesOf(before), capabilitiesOf(after)];
  const granted = [...old.permissions, ...old.optionalPermissions];
  const { lists, dependencies, nowRequired } = capabilityDiff(old, granted, fresh);
  const words = Object.entries(lists).flatMap(([kind, { added }]) =>
    added.map((value) => `${WORD[kind as keyof typeof WORD]} ${value}`),
  );
  const needs = dependencies.added.map((entry) => `dependency ${entry}`);
  return [...words, ...needs, ...nowRequired.map((code) => `${code} is required now`)];
}

const WORD = {
  egress: "may reach",
  events: "hears of",
  optionalPermissions: "may be allowed",
  permissions: "needs",
  publicRoutes: "opens to everybody",
  readableSecrets: "reads the secret",
  schedules: "runs at",
  secretHosts: "sends a secret to",
  ui: "adds to the interface a",
} as const satisfies Record<keyof Omit<Capabilities, "dependencies">, string>;

/** More than doubled, and by more than 256 KiB. Bytes. */
export function isSuddenGrowth(before: number, after: number): boolean {
  return after > 2 * before && after - before > 262_144;
}
