import { encodeHex, encodeUtf8, equalBytes } from "../../../domain/bytes.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import { type Answer, serviceError, success } from "./envelopes.ts";
import type { EmulatorState } from "./state.ts";

export interface WebhookSettings {
  /** Absent: the receiver answers 401 to everything. */
  readonly webhookSecret?: string | undefined;
  /** False: MARKETPLACE_API_KEY or MARKETPLACE_API_SECRET is not set, and the receiver answers 503. */
  readonly connected: boolean;
}

/** One webhook whose signature held. */
export interface ReceivedWebhook {
  readonly event: string;
  readonly data: JsonObject;
  /** The whole payload: `id`, `createdAt`, `sequence` ride beside `event` and `data`. */
  readonly payload: JsonObject;
  readonly receivedAt: number;
  /** What the host's handler did with it; the sender always sees 200. */
  readonly effect: "applied" | "dropped" | "failed" | "logged";
}

/** `POST /api/webhooks/marketplace`: parses the body, serialises it again and checks the HMAC of that. */
export async function receiveWebhook(
  settings: WebhookSettings,
  now: number,
  signature: string | null,
  body: string,
  state: EmulatorState,
  received: ReceivedWebhook[],
): Promise<Answer> {
  if (!settings.connected) return serviceError(now, 503, "NETWORK_ERROR", "Marketplace integration is not configured");
  if (signature === null || settings.webhookSecret === undefined) return wrongSignature(now);
  let payload: Json;
  try {
    payload = JSON.parse(body) as Json;
  } catch {
    return success(now, { received: true, error: true });
  }
  const expected = await hmacHex(settings.webhookSecret, JSON.stringify(payload));
  if (!equalBytes(encodeUtf8(expected), encodeUtf8(signature))) return wrongSignature(now);
  if (!isObject(payload)) return success(now, { received: true, error: true });
  const event = String(payload.event ?? "");
  const data = isObject(payload.data) ? payload.data : {};
  received.push({ event, data, payload, receivedAt: now, effect: apply(event, data, state) });
  return success(now, { received: true });
}

function wrongSignature(now: number): Answer {
  return serviceError(now, 401, "AUTHENTICATION_ERROR", "Invalid webhook signature");
}

/** What each event changes on the host. Unknown events and failed handlers are swallowed. */
function apply(event: string, data: JsonObject, state: EmulatorState): ReceivedWebhook["effect"] {
  switch (event) {
    case "license.created":
      return createLicense(data, state);
    case "license.updated":
      return updateLicense(data, state);
    case "license.revoked": {
      const license = state.licenses.find(({ licenseKey }) => licenseKey === data.licenseKey);
      if (license === undefined) return "failed";
      license.status = "revoked";
      return "applied";
    }
    case "plugin.downloaded":
    case "plugin.suspended": {
      const plugin = state.plugins.find(({ marketplaceId }) => marketplaceId === data.pluginId);
      if (plugin === undefined) return "dropped";
      if (event === "plugin.downloaded") plugin.downloads += 1;
      else Object.assign(plugin, { status: "suspended", suspendReason: String(data.reason ?? "") });
      return "applied";
    }
    case "plugin.reviewed":
      // The host's own write lacks the author and is refused inside.
      return "failed";
    default:
      return "logged";
  }
}

/** Only for a local approved plugin with this marketplace id, and only if the user has no valid license for it. */
function createLicense(data: JsonObject, state: EmulatorState): ReceivedWebhook["effect"] {
  const plugin = state.plugins.find(
    ({ marketplaceId, status }) => status === "approved" && marketplaceId === data.pluginId,
  );
  const userId = Number(data.userId);
  if (plugin === undefined || !Number.isSafeInteger(userId)) return "dropped";
  const held = state.licenses.some(
    (license) => license.pluginId === plugin.id && license.userId === userId && license.status === "active",
  );
  if (held) return "dropped";
  state.licenses.push({
    licenseKey: String(data.licenseKey),
    pluginId: plugin.id,
    userId,
    type: String(data.type),
    status: "active",
    expiresAt: typeof data.expiresAt === "string" ? data.expiresAt : null,
    maxInstalls: Number(data.maxInstalls),
    currentInstalls: 0,
  });
  return "applied";
}

/** A null or absent `expiresAt` changes nothing; the type is never taken over. */
function updateLicense(data: JsonObject, state: EmulatorState): ReceivedWebhook["effect"] {
  const license = state.licenses.find(({ licenseKey }) => licenseKey === data.licenseKey);
  if (license === undefined) return "failed";
  if (typeof data.status === "string") license.status = data.status;
  if (typeof data.expiresAt === "string") license.expiresAt = data.expiresAt;
  if (typeof data.maxInstalls === "number") license.maxInstalls = data.maxInstalls;
  if (typeof data.currentInstalls === "number") license.currentInstalls = data.currentInstalls;
  return "applied";
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function hmacHex(secret: string, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encodeUtf8(secret), algorithm, false, ["sign"]);
  return encodeHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, encodeUtf8(text))));
}
