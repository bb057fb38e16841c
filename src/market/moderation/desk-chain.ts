import { sha256Hex } from "../../domain/digest.ts";
import { canonicalize } from "../../domain/json/canonical.ts";
import type { World } from "../ports.ts";
import type { DeskAct } from "./ports.ts";

const AT_ONCE = 200;

/**
 * Seals every act of the desk with the one before it: hex SHA-256 of `rbsm-desk-act/1`, the last seal and the canonical JSON of
 * the row. Whoever changes a row later would have to seal all that follow, and what was handed out before stays wrong.
 */
export async function sealDeskActs(world: Pick<World, "moderation">): Promise<number> {
  const { last, acts } = await world.moderation.unsealed(AT_ONCE);
  let previous = last;
  let sealed = 0;
  for (const act of acts) {
    const chain = await sealOf(act, previous);
    if (!(await world.moderation.seal(act.number, chain, previous))) break;
    previous = chain;
    sealed++;
  }
  return sealed;
}

/** Walks the chain. `brokenAt`: number of the first act that is not what was sealed; null: all are. */
export async function verifyDeskActs(
  world: Pick<World, "moderation">,
): Promise<{ readonly acts: number; readonly last: string | null; readonly brokenAt: number | null }> {
  let previous: string | null = null;
  let count = 0;
  for (let from = 0; ; ) {
    const acts = await world.moderation.acts(from, AT_ONCE);
    for (const act of acts) {
      if (act.chain === null) return { acts: count, last: previous, brokenAt: null };
      if (act.chain !== (await sealOf(act, previous))) return { acts: count, last: previous, brokenAt: act.number };
      previous = act.chain;
      count++;
      from = act.number + 1;
    }
    if (acts.length < AT_ONCE) return { acts: count, last: previous, brokenAt: null };
  }
}

function sealOf(act: DeskAct, previous: string | null): Promise<string> {
  const { number, at, actorKind, actorId, action, subjectKind, subjectId, data } = act;
  const row = canonicalize({ number, at, actorKind, actorId, action, subjectKind, subjectId, data });
  return sha256Hex(`rbsm-desk-act/1\n${previous ?? ""}\n${row}`);
}
