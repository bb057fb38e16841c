import { decodeHex, equalBytes } from "../../domain/bytes.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { INSTANCE_API_SECRET } from "../account/seal-purposes.ts";
import type { World } from "../ports.ts";

const WINDOW_MS = 300_000;

/** The three headers by which an instance may sign the body of its events; absent ones are null. */
export interface EventSignature {
  readonly id: string | null;
  /** Unix seconds or milliseconds, as written. */
  readonly timestamp: string | null;
  /** `v1=<hex>`, several separated by commas while a secret changes. */
  readonly signature: string | null;
}

/** HMAC-SHA256(apiSecret, `id.timestamp.body`) within five minutes. Not sent is fine; sent must be right. */
export async function checkEventSignature(
  world: Pick<World, "instances" | "hmac" | "clock">,
  instanceId: string,
  sent: EventSignature,
  body: string,
): Promise<Result<null, Problem<"event_signature_invalid">>> {
  if (sent.signature === null) return ok(null);
  const invalid = refuse({ reason: "event_signature_invalid" as const });
  if (sent.id === null || sent.timestamp === null || !/^[0-9]{10}(?:[0-9]{3})?$/.test(sent.timestamp)) return invalid;
  const at = Number(sent.timestamp) * (sent.timestamp.length === 10 ? 1000 : 1);
  if (Math.abs(world.clock.now() - at) > WINDOW_MS) return invalid;
  const instance = await world.instances.find(instanceId);
  if (instance === null) return invalid;
  const secret = { purpose: INSTANCE_API_SECRET, row: instance.apiKey, sealed: instance.apiSecretSealed };
  const expected = await world.hmac.sign(secret, `${sent.id}.${sent.timestamp}.${body}`);
  const isRight = sent.signature.split(",").some((part) => {
    const hex = /^\s*v1=([0-9a-f]{64})\s*$/.exec(part)?.[1];
    const mac = hex === undefined ? null : decodeHex(hex);
    return mac !== null && equalBytes(mac, expected);
  });
  return isRight ? ok(null) : invalid;
}
