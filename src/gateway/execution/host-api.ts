import { checkAddress } from "../../domain/account/addresses.ts";
import { concatBytes } from "../../domain/bytes.ts";
import type { CallCode, CallReply } from "../../domain/execution/job.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import { INSTANCE_HOST_API_KEY } from "../../market/account/seal-purposes.ts";
import type { HostData, HostWish } from "../../market/execution/ports.ts";
import type { World } from "../../market/ports.ts";
import { hostData, hostPage, hostRefusal, hostRefusalCode, isObject } from "./host-answers.ts";
import { type HostRequest, hostRequest } from "./host-routes.ts";

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1_048_576;
/** What goes back to a plugin in one call. */
const MAX_VALUE_BYTES = 262_144;
const KNOWN_GOOD_MS = 60_000;
const MAX_KNOWN = 1000;

/** Instance → when its key last worked, in this isolate. */
const workedAt = new Map<string, number>();

interface Access {
  readonly apiUrl: string;
  readonly key: string;
}
type Sent = { readonly ok: true; readonly body: Json } | Extract<CallReply, { ok: false }>;

/** The only place that calls an instance's API. Every request is checked anew: the address may have been changed. */
export function createHostApi(world: Pick<World, "instances" | "vault" | "site" | "clock">): HostData {
  return { call: (wish) => callHost(world, wish) };
}

async function callHost(
  world: Pick<World, "instances" | "vault" | "site" | "clock">,
  wish: HostWish,
): Promise<CallReply> {
  const request = hostRequest(wish.method, wish.args, wish.userId);
  if (request === null) return refused("unknown_method", "No such method");
  const instance = await world.instances.find(wish.instanceId);
  if (instance === null || instance.isSuspended) return refused("host_unavailable", "The instance is not active");
  if (instance.hostApiKeySealed === null)
    return refused("host_unavailable", "The instance has not given the marketplace an API key");
  if (!checkAddress(instance.apiUrl, world.site.localOrigins).ok)
    return refused("host_unavailable", "The instance's API address cannot be used");
  const key = await world.vault.open(INSTANCE_HOST_API_KEY, instance.apiKey, instance.hostApiKeySealed);
  const access = { apiUrl: instance.apiUrl, key };
  const sent = await send(world, access, wish, request);
  if (!sent.ok) return sent;
  const value = await presentAnswer(world, access, wish, sent.body);
  if (new TextEncoder().encode(JSON.stringify(value)).length > MAX_VALUE_BYTES)
    return refused("host_refused", "The answer is larger than 256 KiB; ask for a smaller page");
  return { ok: true, value };
}

/** Lists become pages; what the host answers with an empty body is read again. */
async function presentAnswer(world: Pick<World, "clock">, access: Access, wish: HostWish, body: Json): Promise<Json> {
  const data = hostData(body);
  const { method, args } = wish;
  if (method.endsWith(".list")) return hostPage(data, args);
  if (method.endsWith(".delete") || method.endsWith(".cancel") || method === "notifications.send") return null;
  if (isObject(data)) return data;
  if (method === "appointments.create") return findCreated(world, access, wish);
  return isObject(args.data ?? null) ? (args.data as JsonObject) : {};
}

/** POST /appointments answers `{}`: the newest appointment with the same title and time is the one just made. */
async function findCreated(world: Pick<World, "clock">, access: Access, wish: HostWish): Promise<JsonObject> {
  const made = wish.args.data as JsonObject;
  const day = String(made.appointmentDate);
  const query = new URLSearchParams({
    startDate: day,
    endDate: day,
    limit: "100",
    sortBy: "createdAt",
    sortDirection: "desc",
  });
  const sent = await send(world, access, wish, { verb: "GET", path: `/appointments?${query.toString()}` });
  const rows = sent.ok ? (hostPage(hostData(sent.body), {}).items as readonly JsonObject[]) : [];
  const same = rows.filter((row) => row.title === made.title && row.appointmentTime === made.appointmentTime);
  return same.toSorted((a, b) => Number(b.id) - Number(a.id))[0] ?? made;
}

async function send(
  world: Pick<World, "clock">,
  { apiUrl, key }: Access,
  wish: HostWish,
  request: HostRequest,
): Promise<Sent> {
  let response: Response;
  let text: string | null;
  try {
    response = await fetch(`${apiUrl.replace(/\/+$/, "")}${request.path}`, {
      method: request.verb,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: "application/json",
        authorization: `ApiKey ${key}`,
        "user-agent": "Rising-BSM-Marketplace/1.0",
        "x-plugin-name": wish.plugin,
        "x-plugin-installation": wish.installation,
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    text = await readBounded(response);
  } catch {
    return refused("host_unavailable", "The instance does not answer");
  }
  if (text === null) return refused("host_unavailable", "The instance's answer is larger than 1 MiB");
  const now = world.clock.now();
  const body = parse(text);
  if (response.ok) {
    if (body === undefined) return refused("host_unavailable", "The instance's answer is not JSON");
    remember(wish.instanceId, now);
    return { ok: true, body };
  }
  if (response.status >= 300 && response.status < 400)
    return refused("host_unavailable", "The instance's API redirects; its address is wrong");
  const isKeyKnownGood = now - (workedAt.get(wish.instanceId) ?? 0) < KNOWN_GOOD_MS;
  const code = hostRefusalCode(response.status, isKeyKnownGood);
  const { message } = hostRefusal(body ?? null);
  return code === "rate_limited"
    ? refused(code, "The instance's own API limit is reached", 60)
    : refused(code, message);
}

function remember(instanceId: string, now: number): void {
  workedAt.delete(instanceId);
  workedAt.set(instanceId, now);
  const oldest = workedAt.size > MAX_KNOWN ? workedAt.keys().next().value : undefined;
  if (oldest !== undefined) workedAt.delete(oldest);
}

async function readBounded(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    total += part.length;
    if (total > MAX_ANSWER_BYTES) return null;
    parts.push(part);
  }
  return new TextDecoder().decode(concatBytes(...parts));
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function refused(code: CallCode, message: string, retryAfter?: number): Extract<CallReply, { ok: false }> {
  return { ok: false, error: { code, message, ...(retryAfter === undefined ? {} : { retryAfter }) } };
}
