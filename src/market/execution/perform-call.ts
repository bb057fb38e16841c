import { parseArguments } from "../../domain/execution/arguments.ts";
import type { CallCode, CallReply, Job } from "../../domain/execution/job.ts";
import { METHODS, type Method } from "../../domain/execution/methods.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";
import type { World } from "../ports.ts";
import type { Authority, Rate, StorageAct } from "./ports.ts";

/** All methods together, per installation and minute, by the license bought. */
const GLOBAL_PER_MINUTE: Readonly<Record<Tier, number>> = {
  free: 1000,
  trial: 1000,
  basic: 10_000,
  premium: 10_000,
  enterprise: 100_000,
};

/**
 * One wish of a running plugin: grant, arguments and rate are tested here, whatever the sandbox tested before; then it
 * acts in the installation's name. Nothing a plugin says chooses the installation, the instance or the user.
 */
export async function performCall(
  world: Pick<World, "pluginStorage" | "hostData">,
  job: Job,
  authority: Authority,
  method: Method,
  args: Json,
): Promise<CallReply> {
  const { permission, perMinute } = METHODS[method];
  if (!job.granted.includes(permission))
    return refused("capability_denied", `Plugin does not have permission: ${permission}`);
  const parsed = parseArguments(method, args);
  if (!parsed.ok) return refused("invalid_arguments", parsed.problem);
  const rate: Rate = { method, perMinute, globalPerMinute: GLOBAL_PER_MINUTE[authority.tier] };
  const own = world.pluginStorage.of(job.activationId);
  const act = storageAct(method, parsed.value);
  if (act !== null) return own.perform(rate, act, authority.storageBytes);
  const retryAfter = await own.spend(rate);
  if (retryAfter !== null) return refused("rate_limited", `Rate limit exceeded for ${method}`, retryAfter);
  if (method === "notifications.list") return { ok: true, value: await own.sent() };
  const reply = await world.hostData.call({
    method,
    args: parsed.value,
    plugin: job.plugin,
    installation: job.activationId,
    instanceId: authority.instanceId,
    userId: authority.userId,
  });
  if (method === "notifications.send" && reply.ok) await own.noteSent(parsed.value);
  return reply;
}

function storageAct(method: Method, args: JsonObject): StorageAct | null {
  const key = args.key as string;
  switch (method) {
    case "storage.get":
      return { act: "get", key };
    case "storage.set":
      return { act: "set", key, value: args.value ?? null };
    case "storage.delete":
      return { act: "delete", key };
    case "storage.list": {
      const { prefix = "", limit = 100, cursor } = args as { prefix?: string; limit?: number; cursor?: string };
      return { act: "list", prefix, limit, ...(cursor === undefined ? {} : { cursor }) };
    }
    default:
      return null;
  }
}

function refused(code: CallCode, message: string, retryAfter?: number): CallReply {
  return { ok: false, error: { code, message, ...(retryAfter === undefined ? {} : { retryAfter }) } };
}
