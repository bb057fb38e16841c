import { encodeHex } from "../../domain/bytes.ts";
import { chainOf, personalDigest } from "../../domain/license/audit.ts";
import type { World } from "../ports.ts";
import type { Seal } from "./audit-ports.ts";

const PER_BATCH = 100;
const BATCHES = 50;
const SALT_BYTES = 16;

/** Seals what was written since the last time: each event of a license covers the one before. Two sealers do not disturb each other. */
export async function sealEvents(world: Pick<World, "licenseAudit" | "chance">): Promise<number> {
  let sealed = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const waiting = await world.licenseAudit.unsealed(PER_BATCH);
    const seals: Seal[] = [];
    for (const { event, previous } of waiting) {
      const before = seals.at(-1);
      const follows = before?.licenseId === event.licenseId && before.seq === event.seq - 1;
      const from = follows ? before.chain : previous;
      // Its predecessor is not sealed and not among these: another sealer is at it.
      if (from === null) continue;
      const salt = encodeHex(world.chance.bytes(SALT_BYTES));
      const personal = await personalDigest(salt, event);
      const chain = await chainOf(from, event, personal);
      seals.push({ licenseId: event.licenseId, seq: event.seq, previous: from, chain, salt, personal });
    }
    await world.licenseAudit.seal(seals);
    sealed += seals.length;
    if (waiting.length < PER_BATCH || seals.length === 0) return sealed;
  }
  return sealed;
}
