import type { BlockCode } from "../../domain/release/blocks.ts";
import type { CheckResult, Finding } from "../../domain/release/checks.ts";
import type { ReleaseState } from "../../domain/release/states.ts";

/** What judging releases needs beyond keeping them. Times in Unix seconds. */
export interface PipelinePorts {
  readonly pipeline: PipelineStore;
}

export interface PipelineStore {
  /** What a release is compared with. */
  surroundings(releaseId: string): Promise<Surroundings | null>;
  /** Notes how the plugin looks, and answers the published plugins of others it may be taken for. */
  compareLooks(pluginId: string, look: Look): Promise<LookComparison>;
  /** Where dependencies stand that nobody should rely on now. */
  standingOf(names: readonly string[]): Promise<readonly { readonly name: string; readonly state: string }[]>;
  /** Addresses of a publisher's owners. */
  ownersOf(publisherId: string): Promise<readonly string[]>;

  /** Where releases stand, in the order asked for; those that are not there are left out. */
  standings(releaseIds: readonly string[]): Promise<ReadonlyMap<string, Standing>>;
  /** Takes dirty results as they are, in the name of one person; a severe one needs two. */
  acceptChecks(
    releaseId: string,
    names: readonly string[],
    accountId: string,
    reason: string,
    at: number,
  ): Promise<void>;
  /** review → scanning with every result forgotten that is not clean. False: it left review. */
  rerun(releaseId: string, accountId: string, at: number): Promise<boolean>;
  /** Closes the gate `approval`. False: it was not open, or the caller is no owner or maintainer any more. */
  approveUpload(releaseId: string, accountId: string, at: number): Promise<boolean>;
  /** The first of two approvals by the desk; a second one by somebody else publishes. */
  noteApproval(releaseId: string, sha256: string, accountId: string, reason: string, at: number): Promise<void>;
  noteDeskReasons(releaseId: string, reasons: readonly string[], at: number): Promise<void>;
  automaticFacts(releaseId: string): Promise<StoredAutomaticFacts | null>;
  /** In review, every other gate closed, and not yet judged by the rules. */
  unjudged(at: number, limit: number): Promise<readonly string[]>;

  /** In review for too long without the publisher's approval: rejected. Answers how many. */
  lapseReviews(before: number, at: number): Promise<number>;
  /** Rejected before `before` and not needed by any other release: digests whose bytes may go. */
  erasable(before: number, limit: number): Promise<readonly { readonly releaseId: string; readonly sha256: string }[]>;
  noteErased(releaseId: string, at: number): Promise<void>;

  appeal(releaseId: string, reason: string, accountId: string, dueAt: number, at: number): Promise<boolean>;
  /** `overturned` brings the release back into review. False: decided already, or by the one who rejected it. */
  decideAppeal(
    releaseId: string,
    outcome: "upheld" | "overturned",
    reason: string,
    accountId: string,
    at: number,
  ): Promise<boolean>;
  openAppeals(limit: number): Promise<readonly (Appeal & { readonly releaseId: string })[]>;

  /** Any public state → blocked; lapses to yanked unless somebody else confirms within a day. */
  block(release: PublicRelease, block: NewBlock, at: number): Promise<boolean>;
  confirmBlock(releaseId: string, accountId: string, at: number): Promise<boolean>;
  /** The first asks, another lifts: blocked → what it was. */
  lift(releaseId: string, accountId: string, reason: string, at: number): Promise<"asked" | "lifted" | null>;
  /** Unconfirmed blocks from before → yanked. Answers the names of their plugins. */
  lapseBlocks(before: number, at: number): Promise<readonly string[]>;
  publicRelease(releaseId: string): Promise<PublicRelease | null>;

  /** Published releases that this rule set has not looked at, oldest first. */
  unscanned(ruleSet: string, limit: number): Promise<readonly RetroWork[]>;
  /** With hits it opens a case; it never blocks. */
  noteRetroScan(work: RetroWork, ruleSet: string, findings: readonly Finding[], at: number): Promise<void>;
}

export interface Surroundings {
  readonly pluginId: string;
  readonly publisherId: string;
  /** The bundle was made of what an older host sent: its manifest declares more than its author wrote. */
  readonly isConverted: boolean;
  /** The domain its publisher proved. */
  readonly provenDomain: string | null;
  /** Published last before this one. */
  readonly previous: { readonly version: string; readonly manifest: string; readonly size: number } | null;
  /** When the plugin last changed hands. */
  readonly transferredAt: number | null;
}

export interface Look {
  readonly skeleton: string;
  readonly displaySkeleton: string;
  readonly iconHash: string | null;
}

export interface LookComparison {
  /** It was published under this look before: nothing new to see. */
  readonly isKnown: boolean;
  readonly others: readonly (Look & { readonly name: string; readonly isWellKnown: boolean })[];
}

export interface CheckStanding {
  readonly name: string;
  readonly result: CheckResult;
  readonly rejects: boolean;
  /** Two people must accept it. */
  readonly isSevere: boolean;
  readonly acceptedBy: readonly string[];
}

export interface Standing {
  readonly checks: readonly CheckStanding[];
  readonly deskReasons: readonly string[];
  readonly reviewAt: number | null;
  /** People of the desk who approved these bytes. */
  readonly approvedBy: readonly string[];
  /** Live installations of the plugin, counted up to a little more than matters. */
  readonly installations: number;
  readonly holdUntil: number | null;
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  /** Its bytes were deleted. */
  readonly isErased: boolean;
  readonly appeal: Appeal | null;
  readonly block: Block | null;
  readonly provenance: string | null;
}

export interface Appeal {
  readonly reason: string;
  readonly at: number;
  readonly dueAt: number;
  readonly outcome: "upheld" | "overturned" | null;
  readonly decisionReason: string | null;
  readonly decidedAt: number | null;
}

export interface Block {
  readonly code: BlockCode;
  readonly reason: string;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly confirmedAt: number | null;
  readonly liftAskedBy: string | null;
}

export interface NewBlock {
  readonly code: BlockCode;
  readonly reason: string;
  readonly accountId: string;
}

export interface PublicRelease {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly state: ReleaseState;
}

export interface StoredAutomaticFacts {
  readonly sha256: string;
  readonly size: number;
  readonly manifest: string;
  readonly findings: readonly Finding[];
  readonly previous: { readonly manifest: string; readonly size: number; readonly publishedAt: number } | null;
  readonly publisherReleases: number;
  readonly domainProvenAt: number | null;
  readonly keySince: number | null;
  readonly releasesSinceTransfer: number | null;
  readonly openReports: number;
  readonly wasDecided: boolean;
}

export interface RetroWork {
  readonly releaseId: string;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly publisherHandle: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly statement: string | null;
}
