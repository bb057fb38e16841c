import { parseArguments } from "../../domain/execution/arguments.ts";
import { callRefused } from "../../domain/execution/call-refused.ts";
import type { CallReply, Job } from "../../domain/execution/job.ts";
import { TIER_LIMITS } from "../../domain/execution/limits.ts";
import { METHODS, type Method } from "../../domain/execution/methods.ts";
import { MAX_FILE_BYTES } from "../../domain/execution/storage-rules.ts";
import type { Json } from "../../domain/json/json.ts";
import type { Capability } from "./capability-ports.ts";
import type { Authority } from "./ports.ts";

/** The families of methods, each in the hands of one capability. */
export type Family = Method extends infer M ? (M extends `${infer F}.${string}` ? F : never) : never;

/** One run, as far as calls go. */
export interface CallingRun {
  readonly job: Job;
  readonly authority: Authority;
  readonly capabilities: Readonly<Record<Family, Capability>>;
  /** Counts one call of the license's month; false: none is left. */
  meter(): Promise<boolean>;
}

/**
 * One wish of a running plugin: grant, arguments and content are tested here, whatever the sandbox tested before; then
 * the family's capability counts it and acts in the installation's name. Nothing a plugin says chooses the installation,
 * the instance or the user.
 */
export async function performCall(
  { job, authority, capabilities, meter }: CallingRun,
  method: Method,
  args: Json,
  sent: unknown,
): Promise<CallReply> {
  const { permission, perMinute } = METHODS[method];
  if (permission !== null && !job.granted.includes(permission))
    return callRefused("capability_denied", `Plugin does not have permission: ${permission}`);
  const parsed = parseArguments(method, args);
  if (!parsed.ok) return callRefused("invalid_arguments", parsed.problem);
  const bytes = method === "files.put" ? contentOf(sent) : null;
  if (method === "files.put" && bytes === null)
    return callRefused("invalid_arguments", "bytes: a Uint8Array of at most 4 MiB");
  if (!(await meter())) return callRefused("quota_exceeded", "The license's API calls of this month are used up");
  const rate = { method, perMinute, globalPerMinute: TIER_LIMITS[authority.tier].callsPerMinute };
  const family = method.slice(0, method.indexOf(".")) as Family;
  return capabilities[family].perform({ method, args: parsed.value, bytes, rate });
}

/** A copy, so that nobody holds what was judged. */
function contentOf(sent: unknown): Uint8Array<ArrayBuffer> | null {
  return sent instanceof Uint8Array && sent.length <= MAX_FILE_BYTES ? new Uint8Array(sent) : null;
}
