import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../../domain/bytes.ts";
import { sha256 } from "../../domain/digest.ts";
import { classOf } from "../../domain/license/codes.ts";
import { signByDevice } from "../../domain/license/offline.ts";
import { authorizationOf, type Credentials } from "../credentials.ts";
import type { Fetch } from "../http.ts";
import type { LeaseClaims, ReplyBinding } from "./claims.ts";
import type { DeviceIdentity } from "./offline.ts";

/** What taking a seat needs. */
export interface ActivationRequest {
  readonly licenseKey: string;
  /** 64 hex characters. */
  readonly hardwareId: string;
  readonly version: string;
  readonly env?: "production" | "staging" | "development";
  readonly installationId?: string;
  /** The consent under which the plugin runs. */
  readonly grantedPermissions?: readonly string[];
  readonly closureDigest?: string;
}

/** What came back, not yet believed. */
export interface Answered {
  readonly binding: ReplyBinding;
  readonly code: string;
  readonly class: string;
  readonly message: string;
  readonly lease: string | null;
  readonly verdict: string | null;
  readonly commands: readonly string[];
  readonly retryAfter?: number;
}

export interface AskingWorld {
  readonly marketplace: string;
  readonly pluginId: string;
  readonly credentials: Credentials;
  readonly fetch: Fetch;
  readonly clock: { now(): number };
  readonly device?: DeviceIdentity;
}

/** One request with a fresh nonce: an activation, or a refresh of the lease that is held. Never throws. */
export async function askForLease(
  world: AskingWorld,
  activation: ActivationRequest | null,
  seat: Pick<LeaseClaims, "activationId" | "leaseId"> | null,
  token: string | null,
): Promise<Answered> {
  if (activation !== null) {
    const { device, pluginId } = world;
    const keys = device === undefined ? {} : deviceKeys(device);
    return send(world, "/v1/installations", { ...activation, ...keys, pluginId });
  }
  const held = seat ?? (token === null ? null : peekLease(token));
  if (held === null) return silent({ nonce: "", requestHash: "" }, "ACTIVATION_REQUIRED", "No license is active here.");
  return send(world, `/v1/installations/${encodeURIComponent(held.activationId)}/lease`, { jti: held.leaseId });
}

/**
 * A ping of the lease that is held, with the commands that were run since the last one. Lease and mark of the last ping let
 * the marketplace answer from memory; while there are commands to acknowledge it cannot, and they are left out.
 */
export function sendPing(
  world: AskingWorld,
  lease: Pick<LeaseClaims, "activationId" | "leaseId" | "version">,
  acks: readonly number[],
  held: { readonly lease: string | null; readonly seen: string | null },
): Promise<Answered> {
  const content = {
    jti: lease.leaseId,
    status: "active",
    ...(lease.version === null ? {} : { version: lease.version }),
    ...(acks.length === 0 ? {} : { acks: acks.slice(0, MAX_ACKS) }),
    ...(acks.length > 0 || held.lease === null || held.seen === null ? {} : { lease: held.lease, seen: held.seen }),
  };
  return send(world, `/v1/installations/${encodeURIComponent(lease.activationId)}/heartbeat`, content);
}

const MAX_ACKS = 50;

async function send(world: AskingWorld, path: string, content: object): Promise<Answered> {
  const nonce = encodeBase64url(crypto.getRandomValues(new Uint8Array(24)));
  const body = JSON.stringify({ ...content, nonce });
  const binding = { nonce, requestHash: encodeBase64url(await sha256(encodeUtf8(body))) };
  try {
    const { device } = world;
    const response = await world.fetch(world.marketplace + path, {
      method: "POST",
      headers: {
        authorization: await authorizationOf(world.credentials, world.clock.now()),
        "content-type": "application/json",
        ...(device === undefined ? {} : { "device-proof": await proofOf(world, device, path, binding) }),
      },
      body,
    });
    return readAnswer(binding, response.status, await response.text(), response.headers.get("retry-after"));
  } catch {
    return silent(binding, "SERVICE_UNAVAILABLE", "The marketplace cannot be reached.");
  }
}

/** The device's signature over this very request. */
async function proofOf(
  world: AskingWorld,
  device: DeviceIdentity,
  path: string,
  binding: ReplyBinding,
): Promise<string> {
  const publicKey = decodeBase64url(device.publicKey) ?? new Uint8Array();
  return signByDevice(publicKey, device.sign, {
    htm: "POST",
    htu: world.marketplace + path,
    iat: Math.floor(world.clock.now() / 1000),
    nonce: binding.nonce,
    rqh: binding.requestHash,
  });
}

function deviceKeys({ publicKey, seal }: DeviceIdentity): object {
  return {
    deviceKey: { kty: "OKP", crv: "Ed25519", x: publicKey },
    ...(seal === undefined ? {} : { sealKey: { kty: "OKP", crv: "X25519", x: seal.publicKey } }),
  };
}

function readAnswer(binding: ReplyBinding, status: number, text: string, retryAfter: string | null): Answered {
  let value: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) throw new Error("no object");
    value = parsed as Record<string, unknown>;
  } catch {
    return silent(binding, "SERVICE_UNAVAILABLE", "The marketplace's answer is not readable.");
  }
  const isOk = status >= 200 && status < 300;
  const code = textOf(value.code) ?? (isOk ? "VALID" : "SERVICE_UNAVAILABLE");
  const seconds = Number(retryAfter ?? value.retryAfter);
  return {
    binding,
    code,
    // Without a class, what refuses is a step to take and everything else a silence.
    class: textOf(value.class) ?? (status >= 400 && status < 500 ? "action" : isOk ? "ok" : "retryable"),
    message: textOf(value.message) ?? "",
    lease: isOk ? textOf(value.lease) : null,
    verdict: textOf(value.verdict),
    commands: Array.isArray(value.commands) ? value.commands.filter((one) => typeof one === "string") : [],
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfter: seconds } : {}),
  };
}

function silent(binding: ReplyBinding, code: string, message: string): Answered {
  return { binding, code, class: classOf(code), message, lease: null, verdict: null, commands: [] };
}

/** Names of a kept lease that no longer counts, for asking about it. Nothing is decided by them. */
function peekLease(token: string): Pick<LeaseClaims, "activationId" | "leaseId"> | null {
  try {
    const payload = token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    const { sub, jti } = JSON.parse(atob(payload)) as { sub?: unknown; jti?: unknown };
    return typeof sub === "string" && typeof jti === "string" ? { activationId: sub, leaseId: jti } : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
