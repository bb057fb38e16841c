import { sha256Hex } from "../digest.ts";
import { canonicalize } from "../json/canonical.ts";
import type { Json, JsonObject } from "../json/json.ts";

/** One event of a license as the audit keeps it (README, Audit). */
export interface LicenseEvent {
  readonly licenseId: string;
  /** From 1, without gaps. */
  readonly seq: number;
  /** Unix seconds. */
  readonly at: number;
  readonly kind: string;
  readonly activationId: string | null;
  readonly actor: string;
  /** Personal: gone once it was erased. */
  readonly actorId: string | null;
  readonly op: string;
  /** Personal, too. */
  readonly data: JsonObject;
  /** Hex; null until the event was sealed. */
  readonly chain: string | null;
  readonly salt: string | null;
  /** Hex, salted: what the chain covers instead of the personal fields. */
  readonly personal: string | null;
}

/** Stands before the first event of a license. */
export const CHAIN_START = "0".repeat(64);

/** SHA-256 over salt and personal fields: without the salt, nobody can try out what was erased. */
export function personalDigest(
  salt: string,
  { actorId, data }: Pick<LicenseEvent, "actorId" | "data">,
): Promise<string> {
  return sha256Hex(canonicalize([salt, actorId, data]));
}

/** SHA-256(previous ‖ canonical event). */
export function chainOf(previous: string, event: LicenseEvent, personal: string): Promise<string> {
  const { licenseId, seq, at, kind, activationId, actor, op } = event;
  const covered: Json = { activationId, actor, at, kind, licenseId, op, personal, seq };
  return sha256Hex(`${previous}${canonicalize(covered)}`);
}

/**
 * The number of the first event that does not follow from those before it; null: all do. Events that were not sealed yet end
 * the look. Erased fields are covered by their digest.
 */
export async function brokenAt(events: readonly LicenseEvent[]): Promise<number | null> {
  let previous = CHAIN_START;
  for (const [index, event] of events.entries()) {
    if (event.seq !== index + 1) return index + 1;
    if (event.chain === null || event.personal === null) return null;
    const isErased = event.salt === null;
    if (!isErased && (await personalDigest(event.salt, event)) !== event.personal) return event.seq;
    if ((await chainOf(previous, event, event.personal)) !== event.chain) return event.seq;
    previous = event.chain;
  }
  return null;
}

/** An address as the audit may hold it: /24 of IPv4, /48 of IPv6. `bytes` are those of the literal address. */
export function truncateAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) return `${bytes.slice(0, 3).join(".")}.0/24`;
  const groups = [0, 2, 4].map((at) => (((bytes[at] as number) << 8) | (bytes[at + 1] as number)).toString(16));
  return `${groups.join(":")}::/48`;
}
