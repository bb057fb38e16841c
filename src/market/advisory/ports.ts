import type { Advisory, AdvisoryState, AdvisoryText } from "../../domain/advisory/advisory.ts";

export interface AdvisoryPorts {
  readonly advisories: AdvisoryStore;
}

/** Times are Unix seconds. */
export interface AdvisoryStore {
  /** The plugin an advisory may be about; null: it was never published. */
  subject(pluginId: string): Promise<AdvisorySubject | null>;
  /** Writes a draft under a number of its own; answers its id. */
  draft(
    subject: AdvisorySubject,
    text: AdvisoryText & { readonly score: number },
    accountId: string,
    at: number,
  ): Promise<string>;
  find(id: string): Promise<Advisory | null>;
  /** What the public may read: confirmed and withdrawn ones, newest first, after a cursor. */
  published(page: PublishedPage): Promise<readonly Advisory[]>;
  /** Those of a publisher, in every state, newest first. */
  ofPublisher(publisherId: string): Promise<readonly Advisory[]>;
  /** Those that wait for the desk, oldest first. */
  submitted(): Promise<readonly Advisory[]>;
  /** Rewrites a draft if it is still `rev`. */
  rewrite(advisory: Advisory, text: AdvisoryText & { readonly score: number }, at: number): Promise<boolean>;
  /**
   * Moves it if it is still `rev`, with audit. Confirming raises the plugin's floor where one is named, puts what is hit on the
   * revocation list as a warning, and writes the change feed; withdrawing takes that back.
   */
  move(advisory: Advisory, move: AdvisoryMove, at: number): Promise<boolean>;
}

export interface AdvisorySubject {
  readonly pluginId: string;
  readonly name: string;
  readonly publisherId: string;
}

export interface PublishedPage {
  readonly plugin: string | null;
  /** The last id of the page before, with its time of confirmation. */
  readonly after: { readonly confirmedAt: number; readonly id: string } | null;
  readonly limit: number;
}

export interface AdvisoryMove {
  readonly to: AdvisoryState;
  readonly accountId: string;
  readonly reason: string | null;
  readonly floor: string | null;
  readonly warns: boolean;
}
