import type { ReviewReportKind } from "../../domain/catalogue/review-reports.ts";
import type { Actor, NewReview } from "./ports.ts";
import type { ReviewRow } from "./views.ts";

/** What people say about plugins. Times in Unix seconds. */
export interface ReviewStore {
  /** Newest first, without those the desk removed; an unknown plugin has none. */
  list(
    pluginId: string,
    page: number,
    limit: number,
  ): Promise<{ readonly items: readonly ReviewRow[]; readonly total: number }>;
  /**
   * One per user and instance: a second one replaces the first, which is kept. Null: the instance has no installation of at least
   * a day, or belongs to the publisher's people.
   */
  write(review: NewReview, at: number): Promise<{ readonly id: string; readonly isNew: boolean } | null>;
  find(pluginId: string, reviewId: string): Promise<FoundReview | null>;
  /** False: it has a reply already. */
  reply(reviewId: string, text: string, actor: Actor, at: number): Promise<boolean>;
  /** One vote per instance, the last one counts. False: no installation of at least a day, or its own review. */
  vote(review: FoundReview, instanceId: string, isHelpful: boolean, at: number): Promise<boolean>;
  /** One open report per reporter. */
  report(reviewId: string, report: ReviewReport, actor: Actor, at: number): Promise<void>;
  /** Held out of the mean, or reported; oldest first. */
  queue(limit: number): Promise<readonly ReviewCase[]>;
  /** Kept ones count again and are not held a second time; removed ones are gone from lists and the mean. */
  decide(review: FoundReview, decision: ReviewDecision, at: number): Promise<boolean>;
}

export interface FoundReview {
  readonly id: string;
  readonly pluginId: string;
  readonly publisherId: string;
  readonly instanceId: string;
}

export interface ReviewReport {
  readonly kind: ReviewReportKind;
  readonly text: string;
}

export interface ReviewDecision {
  readonly decision: "keep" | "remove";
  readonly reason: string;
  readonly accountId: string;
}

/** A review the desk should look at. */
export interface ReviewCase extends ReviewRow {
  readonly pluginId: string;
  readonly pluginName: string;
  readonly isHeld: boolean;
  readonly reports: readonly ReviewReport[];
}

export interface ReviewPorts {
  readonly reviews: ReviewStore;
}
