import { encodeBase64url, encodeUtf8 } from "../../domain/bytes.ts";
import { sha256 } from "../../domain/digest.ts";
import { classOf } from "../../domain/license/codes.ts";
import { authorizationOf, type Credentials } from "../credentials.ts";
import type { Fetch } from "../http.ts";
import type { LeaseClaims, ReplyBinding } from "./claims.ts";

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
  readonly retryAfter?: number;
}

/** One request with a fresh nonce: an activation, or a refresh of the lease that is held. Never throws. */
export async function askForLease(
  world: {
    readonly marketplace: string;
    readonly pluginId: string;
    readonly credentials: Credentials;
    readonly fetch: Fetch;
    readonly clock: { now(): number };
  },
  activation: ActivationRequest | null,
  lease: LeaseClaims | null,
  token: string | null,
): Promise<Answered> {
  const nonce = encodeBase64url(crypto.getRandomValues(new Uint8Array(24)));
  const held = lease ?? (token === null ? null : peekLease(token));
  if (activation === null && held === null)
    return silent({ nonce, requestHash: "" }, "ACTIVATION_REQUIRED", "No license is active here.");
  const path =
    activation === null
      ? `/v1/installations/${encodeURIComponent(held?.activationId ?? "")}/lease`
      : "/v1/installations";
  const content =
    activation === null ? { jti: held?.leaseId, nonce } : { ...activation, pluginId: world.pluginId, nonce };
  const body = JSON.stringify(content);
  const binding = { nonce, requestHash: encodeBase64url(await sha256(encodeUtf8(body))) };
  try {
    const response = await world.fetch(world.marketplace + path, {
      method: "POST",
      headers: {
        authorization: await authorizationOf(world.credentials, world.clock.now()),
        "content-type": "application/json",
      },
      body,
    });
    return readAnswer(binding, response.ok, await response.text(), response.headers.get("retry-after"));
  } catch {
    return silent(binding, "SERVICE_UNAVAILABLE", "The marketplace cannot be reached.");
  }
}

function readAnswer(binding: ReplyBinding, isOk: boolean, text: string, retryAfter: string | null): Answered {
  let value: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) throw new Error("no object");
    value = parsed as Record<string, unknown>;
  } catch {
    return silent(binding, "SERVICE_UNAVAILABLE", "The marketplace's answer is not readable.");
  }
  const code = textOf(value.code) ?? "SERVICE_UNAVAILABLE";
  const seconds = Number(retryAfter ?? value.retryAfter);
  return {
    binding,
    code,
    class: textOf(value.class) ?? classOf(code),
    message: textOf(value.message) ?? "",
    lease: isOk ? textOf(value.lease) : null,
    verdict: textOf(value.verdict),
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfter: seconds } : {}),
  };
}

function silent(binding: ReplyBinding, code: string, message: string): Answered {
  return { binding, code, class: classOf(code), message, lease: null, verdict: null };
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
