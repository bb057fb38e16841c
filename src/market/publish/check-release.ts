import type { OpenedBundle } from "../../domain/bundle/open.ts";
import { judgeReproducible } from "../../domain/bundle/reproducible.ts";
import {
  CHECKS,
  type CheckName,
  type CheckOutcome,
  CLEAN,
  type Finding,
  nextAttemptAt,
  UNKNOWN,
} from "../../domain/release/checks.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { checkDependencies } from "./checks/check-dependencies.ts";
import { checkModule } from "./checks/check-module.ts";
import { checkNames } from "./checks/check-names.ts";
import { checkProvenance } from "./checks/check-provenance.ts";
import { checkSecrets } from "./checks/check-secrets.ts";
import { checkCode, checkGrowth, checkImages, checkLicense, checkSize, checkUse } from "./checks/inspect.ts";
import { type Opened, readStored } from "./checks/read-bundle.ts";
import { finding, findingOf } from "./findings.ts";
import type { ReleaseWork } from "./ports.ts";
import { verifyStatement } from "./verify-statement.ts";

export type CheckNeeds = Pick<
  World,
  "releases" | "bundles" | "clock" | "site" | "pipeline" | "dryRun" | "releaseIndex" | "accounts" | "mail"
>;
type Needs = CheckNeeds;

/**
 * Runs what a release was frozen to expect (README, Checks) and lets the database count. A check that crashes, does not
 * exist or cannot read what it needs is `unknown`, and unknown never publishes.
 */
export async function checkRelease(world: Needs, releaseId: string): Promise<void> {
  const work = await world.releases.claimForChecks(releaseId, unixSeconds(world.clock.now()));
  if (work === null) return;
  const bundle = await readStored(world, work.sha256);
  let mostAttempts = 0;
  for (const name of work.expected.checks) {
    const before = work.results[name];
    if (before !== undefined && before.result !== "unknown") continue;
    const attempt = (before?.attempt ?? 0) + 1;
    const outcome = await runCheck(world, work, name, bundle);
    await world.releases.appendCheck(releaseId, name, attempt, outcome, unixSeconds(world.clock.now()));
    if (outcome.result === "unknown") mostAttempts = Math.max(mostAttempts, attempt);
  }
  if (bundle?.ok) await noteReproducible(world, releaseId, bundle.value);
  const now = unixSeconds(world.clock.now());
  await world.releases.settleChecks(releaseId, mostAttempts === 0 ? null : nextAttemptAt(mostAttempts, now), now);
}

/** Shown with the release, and no gate: a publisher may pack with a tool of its own. */
async function noteReproducible(world: Needs, releaseId: string, bundle: OpenedBundle): Promise<void> {
  const verdict = judgeReproducible(bundle);
  if (verdict !== "unknown") await world.releases.noteReproducible(releaseId, verdict);
}

/** One check of one bundle; whatever goes wrong in it is `unknown`. */
export async function runCheck(
  world: Needs,
  work: ReleaseWork,
  name: string,
  bundle: Opened | null,
): Promise<CheckOutcome> {
  const check = CHECKS.find((known) => known === name);
  if (check === undefined || bundle === null) return UNKNOWN;
  try {
    return await RUN[check](world, work, bundle);
  } catch {
    return UNKNOWN;
  }
}

type Check = (world: Needs, work: ReleaseWork, bundle: Opened) => Promise<CheckOutcome>;

const RUN: Readonly<Record<CheckName, Check>> = {
  structure: async (_world, _work, bundle) => readerOutcome("structure", bundle),
  text: async (_world, _work, bundle) => readerOutcome("text", bundle),
  identity: checkIdentity,
  known_digest: checkDigests,
  secrets: opened(checkSecrets),
  module: opened(async (world, work, bundle) => checkModule(world, bundle, await around(world, work))),
  use: opened(async (_world, _work, bundle) => checkUse(bundle)),
  code: opened(async (_world, _work, bundle) => checkCode(bundle)),
  names: opened(async (world, work, bundle) => checkNames(world, bundle, await around(world, work))),
  capabilities: opened(async (world, work, bundle) =>
    checkGrowth(bundle, await around(world, work), unixSeconds(world.clock.now())),
  ),
  dependencies: opened((world, _work, bundle) => checkDependencies(world, bundle)),
  license: opened(async (_world, _work, bundle) => checkLicense(bundle)),
  images: opened(async (_world, _work, bundle) => checkImages(bundle)),
  size: opened(async (world, work, bundle) => checkSize(bundle, await around(world, work))),
  provenance: opened((world, work) => checkProvenance(world, work)),
};

/** A check of what the strict reader accepted; what it did not, `structure` and `text` refuse. */
function opened(check: (world: Needs, work: ReleaseWork, bundle: OpenedBundle) => Promise<CheckOutcome>): Check {
  return async (world, work, bundle) => (bundle.ok ? check(world, work, bundle.value) : UNKNOWN);
}

function around(world: Needs, { releaseId }: ReleaseWork): ReturnType<World["pipeline"]["surroundings"]> {
  return world.pipeline.surroundings(releaseId);
}

/** One reader serves two checks: hidden characters are `text`, everything else `structure`. */
function readerOutcome(name: "structure" | "text", bundle: Opened): CheckOutcome {
  if (bundle.ok) return CLEAN;
  const isText = (code: string) => code.startsWith("text_");
  const own = bundle.problem.filter((problem) => isText(problem.code) === (name === "text"));
  // A reader that stopped at the structure has not looked at the text.
  if (own.length === 0) return name === "text" ? UNKNOWN : CLEAN;
  return { result: "dirty", findings: own.map((problem) => findingOf(name, problem)) };
}

/** Manifest, row, uploader and – where somebody signed – statement say the same; the key is usable now. */
async function checkIdentity(world: Needs, work: ReleaseWork, bundle: Opened): Promise<CheckOutcome> {
  if (!bundle.ok) return UNKNOWN;
  const { manifest, sha256 } = bundle.value;
  const findings: Finding[] = [];
  const compare = (field: string, found: string, expected: string) => {
    if (found !== expected)
      findings.push(
        finding(
          "identity",
          "identity_mismatch",
          `The manifest's ${field} is ${found}, the release's ${expected}.`,
          "Upload the bundle again.",
        ),
      );
  };
  compare("name", manifest.name, work.name);
  compare("version", manifest.version, work.version);
  compare("publisher", manifest.publisher, work.publisherHandle);
  compare("digest", sha256, work.sha256);
  if (work.statement !== null) {
    const statement = await verifyStatement(world, work.statement, work.publisherId, bundle.value);
    if (!statement.ok)
      findings.push(
        finding(
          "identity",
          statement.problem.reason,
          "The publisher's statement does not hold for this bundle.",
          "Sign and publish again with a key in use.",
        ),
      );
  }
  return findings.length === 0 ? CLEAN : { result: "dirty", findings };
}

/** The bundle, or any file in it, is something we have seen do harm. */
async function checkDigests(world: Needs, work: ReleaseWork, bundle: Opened): Promise<CheckOutcome> {
  if (!bundle.ok) return UNKNOWN;
  const { entries } = bundle.value;
  const blocked = await world.releases.blockedDigests([work.sha256, ...entries.map((entry) => entry.sha256)]);
  if (blocked.length === 0) return CLEAN;
  const paths = entries.filter((entry) => blocked.includes(entry.sha256)).map((entry) => entry.path);
  return {
    result: "dirty",
    findings: (paths.length === 0 ? [undefined] : paths).map((path) =>
      finding(
        "known_digest",
        "blocked_digest",
        "These bytes are on the marketplace's block list.",
        "Remove the file; write to the desk if you think this is a mistake.",
        path,
      ),
    ),
  };
}
