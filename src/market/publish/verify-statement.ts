import type { Json } from "../../domain/json/json.ts";
import { parseJson } from "../../domain/json/strict.ts";
import type { Problem } from "../../domain/problem.ts";
import { type Result, refuse } from "../../domain/result.ts";
import type { TrustedKey } from "../../domain/trust/envelope.ts";
import type { TrustReason } from "../../domain/trust/reasons.ts";
import {
  matchStatement,
  type OpenedStatement,
  openStatement,
  type StatedBundle,
} from "../../domain/trust/statement.ts";
import type { World } from "../ports.ts";
import type { KeyFacts } from "./ports.ts";

const MAX_DEPTH = 8;

/**
 * Is this envelope a statement of that publisher, by one of its usable keys, about exactly these bytes, for this marketplace?
 * Keys come from our rows; the id in the envelope only says which row to read. What was accepted before a key left service
 * goes on counting below its cut; a statement that only arrives now needs a key in use.
 */
export async function verifyStatement(
  world: Pick<World, "releases" | "site">,
  text: string,
  publisherId: string,
  bundle: StatedBundle,
  isAccepted = true,
): Promise<Result<OpenedStatement, Problem<TrustReason>>> {
  const parsed = parseJson(text, { maxDepth: MAX_DEPTH, numbers: "integer" });
  if (!parsed.ok) return refuse({ reason: "document_malformed", facts: { why: parsed.problem.reason } });
  const key = await ownKey(world, keyIdIn(parsed.value), publisherId);
  const opened = await openStatement(parsed.value, world.site.marketplace, key === null ? [] : [key]);
  if (!opened.ok) return opened;
  const { statement } = opened.value;
  const isUsable = key?.state === "active" || (isAccepted && statement.sequence < (cutOf(key, statement.name) ?? 1));
  if (key !== null && key.state !== "active" && !isUsable)
    return refuse({ reason: `key_${key.state}`, facts: { keyId: key.keyId } });
  const mismatch = matchStatement(statement, bundle);
  return mismatch === null ? opened : refuse(mismatch);
}

/** A key of another publisher is as unknown as one nobody enrolled. */
async function ownKey(
  world: Pick<World, "releases">,
  keyId: string | null,
  publisherId: string,
): Promise<(KeyFacts & TrustedKey) | null> {
  const key = keyId === null ? null : await world.releases.key(keyId);
  return keyId === null || key === null || key.publisherId !== publisherId ? null : { ...key, keyId };
}

function cutOf(key: KeyFacts | null, plugin: string): number | undefined {
  const cuts = key?.cuts;
  return cuts !== undefined && Object.hasOwn(cuts, plugin) ? cuts[plugin] : undefined;
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
