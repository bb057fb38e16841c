import { MINUTE, unixSeconds } from "../../domain/time.ts";
import { tellLifecycle } from "./tell-lifecycle.ts";

const LEDGER_MARK = "lifecycle.ledger";
const ROUND_MARK = "lifecycle.round";
/** Acts stamp the ledger when they begin and write it when they end; none takes this long. */
const OVERLAP = 2 * MINUTE;
const FIRST_LOOK_BACK = 60 * MINUTE;
const LEDGER_LIMIT = 200;
const ROUND_LIMIT = 50;

/**
 * Finds installations whose plugin was not told yet: those that the ledger of licenses names since the last sweep, and in
 * a slow round every other one, for changes that leave no trace there.
 */
export async function sweepLifecycle(world: Parameters<typeof tellLifecycle>[0]): Promise<void> {
  const now = unixSeconds(world.clock.now());
  const mark = Number((await world.lifecycle.mark(LEDGER_MARK)) ?? now - FIRST_LOOK_BACK);
  const moved = await world.lifecycle.movedSince(mark - OVERLAP, LEDGER_LIMIT);
  await tellLifecycle(
    world,
    moved.map(({ activationId }) => activationId),
  );
  const last = moved.at(-1);
  const isFull = last !== undefined && moved.length === LEDGER_LIMIT;
  await world.lifecycle.setMark(LEDGER_MARK, String(isFull ? last.at + OVERLAP : now));
  const after = (await world.lifecycle.mark(ROUND_MARK)) ?? "";
  const round = await world.lifecycle.after(after, ROUND_LIMIT);
  await tellLifecycle(world, round);
  await world.lifecycle.setMark(ROUND_MARK, round.length < ROUND_LIMIT ? "" : (round.at(-1) as string));
}
