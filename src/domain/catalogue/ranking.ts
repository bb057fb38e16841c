import { DAY } from "../time.ts";

/**
 * The public formula (README, Ranking): score = (0.60·text + 0.16·use + 0.12·trust + 0.08·rating + 0.04·fresh) × penalty.
 * Every part lies between 0 and 1. Downloads are in none of them: they can be bought.
 */
export const WEIGHTS = { text: 0.6, use: 0.16, trust: 0.12, rating: 0.08, fresh: 0.04 } as const;

/** Weight of a word by where it stands, for bm25. */
export const FIELD_WEIGHTS = { name: 10, display: 8, tags: 5, summary: 3, publisher: 2, readme: 1 } as const;

/** Below it two words are not alike. */
export const LEAST_LIKENESS = 0.4;

/** What is known of a plugin besides its text; times in Unix seconds. */
export interface RankingFacts {
  /** Distinct verified instances on which an installation was alive within 30 days. */
  readonly aliveInstances: number;
  readonly isDomainProven: boolean;
  /** First publication, or the last change of hands. */
  readonly ownedSince: number;
  /** The desk's last act against the plugin; null: none. */
  readonly deskActedAt: number | null;
  readonly hasProvenance: boolean;
  /** Stars of verified installations, without those held out. */
  readonly starSum: number;
  readonly starCount: number;
  readonly releasedAt: number;
  readonly isDeprecated: boolean;
  readonly isArchived: boolean;
  /** Looks like an older plugin of another publisher. */
  readonly isLookAlike: boolean;
}

export interface ScoreParts {
  readonly text: number;
  readonly use: number;
  readonly trust: number;
  readonly rating: number;
  readonly fresh: number;
  readonly penalty: number;
  readonly score: number;
  /** Comes before every score: 2 = the exact name, 1 = the exact display name of a verified publisher. */
  readonly exact: 0 | 1 | 2;
}

/** Score of a plugin of which the text part is known, at a day's beginning (`now` in Unix seconds). */
export function scoreOf(text: number, facts: RankingFacts, now: number, exact: ScoreParts["exact"] = 0): ScoreParts {
  const use = livenessOf(facts.aliveInstances);
  const trust = trustOf(facts, now);
  const rating = ratingOf(facts.starSum, facts.starCount);
  const fresh = freshOf(facts.releasedAt, now);
  const penalty = penaltyOf(facts);
  const sum =
    WEIGHTS.text * text + WEIGHTS.use * use + WEIGHTS.trust * trust + WEIGHTS.rating * rating + WEIGHTS.fresh * fresh;
  return { text, use, trust, rating, fresh, penalty, score: sum * penalty, exact };
}

/** b/(b+8), where b is the index's bm25 with its sign turned: the index counts a better match lower. */
export function textOf(bm25: number): number {
  const b = Math.max(0, -bm25);
  return b / (b + 8);
}

/** No word matched: 0.8 × likeness of letters. */
export function textOfLikeness(likeness: number): number {
  return likeness < LEAST_LIKENESS ? 0 : 0.8 * likeness;
}

export function livenessOf(aliveInstances: number): number {
  return Math.min(1, Math.log10(1 + Math.max(0, aliveInstances)) / 5);
}

export function trustOf(
  facts: Pick<RankingFacts, "isDomainProven" | "ownedSince" | "deskActedAt" | "hasProvenance">,
  now: number,
): number {
  const age = clamp((now - facts.ownedSince) / YEAR);
  const isQuiet = facts.deskActedAt === null || now - facts.deskActedAt > YEAR;
  return (facts.isDomainProven ? 0.4 : 0) + 0.3 * age + (isQuiet ? 0.2 : 0) + (facts.hasProvenance ? 0.1 : 0);
}

/** Few stars pull little: ten of 3.5 are added to all. */
export function ratingOf(starSum: number, starCount: number): number {
  return (meanOf(starSum, starCount) - 1) / 4;
}

export function meanOf(starSum: number, starCount: number): number {
  return (starSum + 10 * 3.5) / (starCount + 10);
}

export function freshOf(releasedAt: number, now: number): number {
  return 2 ** (-Math.max(0, now - releasedAt) / DAY / 365);
}

export function penaltyOf(facts: Pick<RankingFacts, "isDeprecated" | "isArchived" | "isLookAlike">): number {
  return (facts.isDeprecated ? 0.3 : 1) * (facts.isArchived ? 0.5 : 1) * (facts.isLookAlike ? 0.2 : 1);
}

/** Best first: exactness, score, then the name. */
export function compareScores(
  a: { readonly score: ScoreParts; readonly name: string },
  b: { readonly score: ScoreParts; readonly name: string },
): number {
  return (
    b.score.exact - a.score.exact || b.score.score - a.score.score || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  );
}

const YEAR = 365 * DAY;

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
