import { RULE_SET } from "../../domain/release/checks.ts";
import { REPORTER_LIFE_SECONDS } from "../../domain/release/reports.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { type CheckNeeds, runCheck } from "../publish/check-release.ts";
import { readStored } from "../publish/checks/read-bundle.ts";
import { sealDeskActs } from "./desk-chain.ts";
import { sweepDomains } from "./prove-domain.ts";
import { sweepTransfers } from "./transfer-plugin.ts";

const SCANNED_AT_ONCE = 5;
/** Checks that look at the bundle alone; the others compare it with what was there when it came. */
const RETRO_CHECKS = ["known_digest", "secrets", "module", "use", "code", "license", "images"] as const;

/** Seals what the desk did, ends holds, looks at domains, forgets reporters, and scans what newer rules have not seen. */
export async function sweepModeration(
  world: CheckNeeds & Pick<World, "moderation" | "transfers" | "domains" | "domainLookup" | "tuf">,
): Promise<void> {
  await sealDeskActs(world);
  await sweepTransfers(world);
  await sweepDomains(world);
  await world.moderation.forgetReporters(unixSeconds(world.clock.now()) - REPORTER_LIFE_SECONDS);
  await retroScan(world);
}

/**
 * Published releases that were judged by older rules are judged by these. Hits open a case for people: nothing is published
 * or blocked by a rule that came later. What cannot be told is tried again.
 */
export async function retroScan(world: CheckNeeds): Promise<number> {
  let scanned = 0;
  for (const work of await world.pipeline.unscanned(RULE_SET, SCANNED_AT_ONCE)) {
    const bundle = await readStored(world, work.sha256);
    const expected = { ruleSet: RULE_SET, checks: RETRO_CHECKS };
    const outcomes = [];
    for (const name of RETRO_CHECKS)
      outcomes.push(await runCheck(world, { ...work, expected, results: {} }, name, bundle));
    if (outcomes.some(({ result }) => result === "unknown")) continue;
    const hits = outcomes.filter(({ result }) => result === "dirty").flatMap(({ findings }) => findings);
    await world.pipeline.noteRetroScan(work, RULE_SET, hits, unixSeconds(world.clock.now()));
    scanned++;
  }
  return scanned;
}
