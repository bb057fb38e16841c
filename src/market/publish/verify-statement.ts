import type { Json } from "../../domain/json/json.ts";
import { parseJson } from "../../domain/json/strict.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { TrustedKey } from "../../domain/trust/envelope.ts";
import type { TrustReason } from "../../domain/trust/reasons.ts";
import {
  matchStatement,
  type OpenedStatement,
  openStatement,
  type StatedBundle,
} from "../../domain/trust/statement.ts";
import type { World } from "../ports.ts";

const MAX_DEPTH = 8;

/**
 * Is this envelope a statement of that publisher, by one of its usable keys, about exactly these bytes, for this marketplace?
 * Keys come from our rows; the id in the envelope only says which row to read.
 */
export async function verifyStatement(
  world: Pick<World, "releases" | "site">,
  text: string,
  publisherId: string,
  bundle: StatedBundle,
): Promise<Result<OpenedStatement, Problem<TrustReason>>> {
  const parsed = parseJson(text, { maxDepth: MAX_DEPTH, numbers: "integer" });
  if (!parsed.ok) return refuse({ reason: "document_malformed", facts: { why: parsed.problem.reason } });
  const keys = await usableKeys(world, keyIdIn(parsed.value), publisherId);
  if (!keys.ok) return keys;
  const opened = await openStatement(parsed.value, world.site.marketplace, keys.value);
  if (!opened.ok) return opened;
  const mismatch = matchStatement(opened.value.statement, bundle);
  return mismatch === null ? opened : refuse(mismatch);
}

/** A key of another publisher is as unknown as one nobody enrolled. */
async function usableKeys(
  world: Pick<World, "releases">,
  keyId: string | null,
  publisherId: string,
): Promise<Result<readonly TrustedKey[], Problem<TrustReason>>> {
  const key = keyId === null ? null : await world.releases.key(keyId);
  if (keyId === null || key === null || key.publisherId !== publisherId) return ok([]);
  if (key.state === "compromised") return refuse({ reason: "key_compromised", facts: { keyId } });
  if (key.state === "retired") return refuse({ reason: "key_retired", facts: { keyId } });
  return ok([{ keyId, publicKey: key.publicKey }]);
}

function keyIdIn(envelope: Json): string | null {
  const signatures = isObject(envelope) ? envelope.signatures : undefined;
  const first = Array.isArray(signatures) ? (signatures[0] as Json | undefined) : undefined;
  const keyId = first !== undefined && isObject(first) ? first.keyId : undefined;
  return typeof keyId === "string" && /^[0-9a-f]{64}$/.test(keyId) ? keyId : null;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
