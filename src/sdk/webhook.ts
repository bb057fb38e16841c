import { decodeHex, encodeUtf8, equalBytes } from "../domain/bytes.ts";
import type { JsonObject } from "../domain/json/json.ts";
import { parseJson } from "../domain/json/strict.ts";

/** A webhook of the marketplace, after its signature was checked. */
export interface MarketplaceWebhook {
  readonly event: string;
  readonly data: JsonObject;
  /** Same id, same event: deliveries are at least once. */
  readonly id: string;
  readonly createdAt: string;
  /** Rises per license; absent elsewhere. */
  readonly sequence?: number;
}

/**
 * The webhook in a request body, or null when `X-Marketplace-Signature` is not the hex HMAC-SHA256 of exactly these bytes
 * under the webhook secret. Pass the raw body, never a re-serialised one.
 */
export async function openWebhook(
  rawBody: Uint8Array | string,
  signature: string | null | undefined,
  webhookSecret: string,
): Promise<MarketplaceWebhook | null> {
  const sent = decodeHex(signature ?? "");
  if (sent === null || sent.length !== 32) return null;
  const body = typeof rawBody === "string" ? encodeUtf8(rawBody) : new Uint8Array(rawBody);
  const key = await crypto.subtle.importKey(
    "raw",
    encodeUtf8(webhookSecret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const expected = new Uint8Array(await crypto.subtle.sign("HMAC", key, body));
  if (!equalBytes(expected, sent)) return null;
  const parsed = parseJson(body, { maxDepth: 8, numbers: "any" });
  return parsed.ok && isWebhook(parsed.value) ? parsed.value : null;
}

function isWebhook(value: unknown): value is MarketplaceWebhook {
  if (typeof value !== "object" || value === null) return false;
  const { event, data, id, createdAt } = value as Partial<Record<keyof MarketplaceWebhook, unknown>>;
  return (
    typeof event === "string" &&
    typeof data === "object" &&
    data !== null &&
    typeof id === "string" &&
    typeof createdAt === "string"
  );
}
