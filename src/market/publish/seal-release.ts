import { encodeHex } from "../../domain/bytes.ts";
import { unixSeconds } from "../../domain/time.ts";
import { CONTENT_KEY_BYTES, SEAL_NONCE_BYTES, sealBundle } from "../../domain/trust/sealed.ts";
import type { World } from "../ports.ts";
import { CONTENT_KEY_PURPOSE, contentKeyRow, type SealedFacts } from "./sealing-ports.ts";

export interface Sealable {
  readonly releaseId: string;
  readonly name: string;
  readonly version: string;
}

/**
 * The sealed form of a release, made once: a second try, or a second desk, finds what the first one kept. The ciphertext is
 * stored before its row; without the row its key is gone, and the orphan is swept. Throws when the store fails.
 */
export async function sealRelease(
  world: Pick<World, "bundles" | "sealings" | "vault" | "chance" | "clock">,
  { releaseId, name, version }: Sealable,
  statementSha256: string,
  plain: Uint8Array,
): Promise<SealedFacts> {
  const known = await world.sealings.find(releaseId, statementSha256);
  if (known !== null) return known;
  const contentKey = world.chance.bytes(CONTENT_KEY_BYTES);
  const nonce = world.chance.bytes(SEAL_NONCE_BYTES);
  const { bytes, sha256, size, commitment } = await sealBundle(plain, contentKey, nonce, statementSha256);
  await world.bundles.putOnce("sealed", sha256, bytes);
  const row = contentKeyRow(name, version, statementSha256);
  const sealed = await world.vault.seal(CONTENT_KEY_PURPOSE, row, encodeHex(contentKey));
  const facts = { sha256, size, commitment };
  const at = unixSeconds(world.clock.now());
  if (await world.sealings.keep({ ...facts, releaseId, statementSha256, contentKey: sealed }, at)) return facts;
  const theirs = await world.sealings.find(releaseId, statementSha256);
  if (theirs === null) throw new Error("a sealing was refused and is not there");
  return theirs;
}
