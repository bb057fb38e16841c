import { sha256Hex } from "../domain/digest.ts";
import type { Job } from "../domain/execution/job.ts";
import { typeLimits } from "../domain/execution/limits.ts";
import { canonicalize } from "../domain/json/canonical.ts";

/** Never chosen by a plugin. */
export const GUEST_DATE = "2026-08-10";
/** Both are needed: the first alone leaves `process`, `Buffer` and `node:crypto`. */
export const GUEST_FLAGS: readonly string[] = ["no_nodejs_compat", "no_nodejs_compat_v2"];

/**
 * The name of an isolate: everything that grants it authority, hashed. The first caller's code, outbound and limits
 * stick to a name, so two jobs that differ in any of it must never share one.
 */
export async function loaderId(job: Job, guestBuild: string): Promise<string> {
  const { cpuMs, subRequests } = typeLimits(job.type);
  const authority = [
    guestBuild,
    GUEST_DATE,
    [...GUEST_FLAGS],
    job.activationId,
    job.plugin,
    job.version,
    job.moduleSha256,
    job.closureDigest,
    [...job.granted].sort(),
    job.egress
      .map(({ host, methods, inject = [] }) => ({
        host,
        methods: [...methods].sort(),
        inject: inject.map(({ header, value }) => [header.toLowerCase(), value]).sort(),
      }))
      .sort((a, b) => (a.host < b.host ? -1 : 1)),
    job.egressPerMinute,
    [...job.emits].sort(),
    { cpuMs, subRequests },
  ];
  const text = canonicalize(authority);
  const kept = names.get(text);
  if (kept !== undefined) return kept;
  const name = `plugin:${await sha256Hex(text)}`;
  if (names.size >= MAX_NAMES) names.clear();
  names.set(text, name);
  return name;
}

/** Names of isolates by what was hashed, so that a warm call costs no hash. */
const names = new Map<string, string>();
const MAX_NAMES = 1000;
