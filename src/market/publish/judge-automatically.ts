import { fileRule } from "../../domain/bundle/files.ts";
import { canonicalize } from "../../domain/json/canonical.ts";
import type { Json } from "../../domain/json/json.ts";
import type { Manifest } from "../../domain/manifest/manifest.ts";
import { parseManifest } from "../../domain/manifest/manifest.ts";
import type { Finding } from "../../domain/release/checks.ts";
import { type AutomaticFacts, deskReasons } from "../../domain/release/desk-reasons.ts";
import { openGates } from "../../domain/release/gates.ts";
import { growthOf } from "../../domain/release/inspect/growth.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { needsTwoPeople } from "./judge-standing.ts";
import type { StoredAutomaticFacts } from "./pipeline-ports.ts";
import { type PublicationNeeds, preparePublication } from "./prepare-publication.ts";

type Needs = PublicationNeeds & Pick<World, "pipeline">;

const REASON = "Every rule for publication without the desk holds.";

/**
 * Once all other gates are closed: publishes by the rules alone, or notes why people look. Safe to call twice, at once, or
 * for nothing. Answers whether it published.
 */
export async function judgeAutomatically(world: Needs, releaseId: string): Promise<boolean> {
  const now = unixSeconds(world.clock.now());
  const facts = await world.releases.forDecision(releaseId);
  if (facts === null || facts.state !== "review" || facts.statement === null) return false;
  const standing = (await world.pipeline.standings([releaseId])).get(releaseId);
  if (standing === undefined || standing.deskReasons.length > 0) return false;
  const isDirty = standing.checks.some(({ result }) => result === "dirty");
  const others = openGates({ ...facts, expected: facts.expected.checks }, now).filter((gate) => gate !== "desk");
  // What checks found is for people at once; what is open otherwise may still close.
  if (others.some((gate) => gate !== "checks" || !isDirty)) return false;
  const stored = await world.pipeline.automaticFacts(releaseId);
  if (stored === null) return false;
  const reasons = new Set<string>(await deskReasons(factsOf(stored), now));
  if (isDirty) reasons.add("finding");
  if (needsTwoPeople(standing, now)) reasons.add("transfer");
  if (reasons.size > 0) {
    await world.pipeline.noteDeskReasons(releaseId, [...reasons], now);
    return false;
  }
  const publication = await preparePublication(world, facts, facts.statement, "automatic", REASON, null, now);
  return publication.ok && (await world.releases.publish(facts, publication.value, now));
}

function factsOf(stored: StoredAutomaticFacts): AutomaticFacts {
  const manifest = read(stored.manifest);
  const before = stored.previous === null ? null : read(stored.previous.manifest);
  const isReadable = manifest !== null && (stored.previous === null || before !== null);
  return {
    sha256: stored.sha256,
    size: stored.size,
    fileKinds: kindsOf(manifest),
    hasPublicRoutes: manifest?.routes.some(({ access }) => access !== "session") ?? true,
    // What cannot be read is not waved through.
    hasGrown: !isReadable || (before !== null && manifest !== null && growthOf(before, manifest).length > 0),
    hasOtherPrices: before === null || manifest === null || pricesOf(before) !== pricesOf(manifest),
    worstFinding: worstOf(stored.findings),
    previous:
      stored.previous === null
        ? null
        : { size: stored.previous.size, fileKinds: kindsOf(before), publishedAt: stored.previous.publishedAt },
    publisherReleases: stored.publisherReleases,
    domainProvenAt: stored.domainProvenAt,
    keySince: stored.keySince,
    releasesSinceTransfer: stored.releasesSinceTransfer,
    openReports: stored.openReports,
    wasDecided: stored.wasDecided,
  };
}

function read(text: string): Manifest | null {
  const value: Json = JSON.parse(text);
  const parsed = parseManifest(value);
  return parsed.ok ? parsed.value : null;
}

/** Roles and media types: `server text/javascript`. */
function kindsOf(manifest: Manifest | null): readonly string[] {
  const kinds = Object.keys(manifest?.files ?? {}).map((path) => {
    const rule = fileRule(path);
    return rule === null ? path : `${rule.role} ${rule.mediaType}`;
  });
  return [...new Set(kinds)];
}

function pricesOf({ pricing, trialDays }: Manifest): string {
  const value: Json = JSON.parse(JSON.stringify({ pricing, trialDays }));
  return canonicalize(value);
}

function worstOf(findings: readonly Finding[]): AutomaticFacts["worstFinding"] {
  return (
    (["error", "warning", "info"] as const).find((level) => findings.some(({ severity }) => severity === level)) ?? null
  );
}
