import { itemsOf, listClaims, type RevocationItem } from "../../domain/license/revocation.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { RevocationPage } from "./revocation-ports.ts";
import { signWith } from "./sign.ts";

/** A delta never leaves out more entries than this; whoever is further behind gets everything. */
const LONGEST_DELTA = 5_000;
/** Of one page: its items, hashed once, and what was signed of it by `since`. */
interface Made {
  readonly items: readonly RevocationItem[];
  readonly documents: Map<number, string>;
}
/** Nothing made of a page outlives it. */
const made = new WeakMap<RevocationPage, Made>();
const MOST_DOCUMENTS = 100;

/**
 * The signed list (KEYS.md, The list): what changed after `since`, or all that still counts where that is 0, unknown
 * or too old. Entries are read at most every half minute, whatever is asked for; an answer that was given in that time is
 * given again without a signature.
 */
export async function showRevocations(
  world: Pick<World, "revocations" | "licenseSigners" | "site" | "clock">,
  since: number,
): Promise<string> {
  const now = unixSeconds(world.clock.now());
  const page = await world.revocations.read(now);
  const { items, documents } = made.get(page) ?? (await begin(page));
  const isFull = since === 0 || since > page.epoch || since < page.epoch - LONGEST_DELTA;
  const from = isFull ? 0 : since;
  const signed = documents.get(from);
  if (signed !== undefined) return signed;
  const after = items.slice(isFull ? 0 : page.entries.findLastIndex(({ epoch }) => epoch <= from) + 1);
  const list = { epoch: page.epoch, since: from, isFull, items: after };
  const claims = listClaims(world.site.origin, list, now);
  const document = await signWith(await world.licenseSigners.current("list"), claims);
  if (documents.size < MOST_DOCUMENTS) documents.set(from, document);
  return document;
}

async function begin(page: RevocationPage): Promise<Made> {
  const begun = { items: await itemsOf(page.entries), documents: new Map() };
  made.set(page, begun);
  return begun;
}

/** Every minute: what nothing unexpired needs is forgotten. */
export async function sweepRevocations(world: Pick<World, "revocations" | "clock">): Promise<void> {
  await world.revocations.prune(unixSeconds(world.clock.now()));
}
