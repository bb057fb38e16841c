import type { Finding } from "../../domain/release/checks.ts";
import type { ReportKind, ReportState } from "../../domain/release/reports.ts";

/** What reports, cases, the desk's records, transfers and proven domains need of the world. Times in Unix seconds. */
export interface ModerationPorts {
  readonly moderation: ModerationStore;
  readonly transfers: TransferStore;
  readonly domains: DomainStore;
  readonly domainLookup: DomainLookup;
}

export interface NewReport {
  readonly pluginId: string;
  readonly version: string | null;
  readonly kind: ReportKind;
  readonly text: string;
  readonly email: string | null;
  /** Hex; tells one reporter from another for a week. */
  readonly reporter: string;
  readonly dueAt: number;
}

export interface Report {
  readonly id: string;
  readonly caseId: string;
  readonly pluginId: string;
  readonly plugin: string;
  readonly publisherId: string;
  readonly version: string | null;
  readonly kind: ReportKind;
  readonly text: string;
  readonly hasEmail: boolean;
  readonly state: ReportState;
  readonly createdAt: number;
  readonly dueAt: number;
  readonly outcome: string | null;
  readonly decidedAt: number | null;
}

export interface Case {
  readonly id: string;
  readonly pluginId: string;
  readonly plugin: string;
  readonly publisherId: string;
  readonly releaseId: string | null;
  readonly kind: "reports" | "retro_scan";
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly state: "open" | "acted" | "dismissed";
  readonly openedAt: number;
  readonly closedReason: string | null;
  readonly closedAt: number | null;
}

/** One row of a plugin's history: what was done, by whom, and why. */
export interface HistoryEntry {
  readonly at: number;
  readonly actorKind: string;
  readonly actorId: string;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly data: string;
}

export interface DeskAct extends HistoryEntry {
  readonly number: number;
  readonly chain: string | null;
}

export interface MonthFigures {
  /** `2026-11`. */
  readonly month: string;
  readonly submissions: number;
  readonly published: number;
  readonly publishedByRules: number;
  readonly rejected: number;
  readonly refusalsByRule: { readonly [rule: string]: number };
  /** From upload to publication, in seconds; null: nothing was published. */
  readonly medianWaitSeconds: number | null;
  readonly appeals: number;
  readonly appealsOverturned: number;
  readonly blocks: { readonly [code: string]: number };
  readonly reports: { readonly [kind: string]: number };
}

export interface ModerationStore {
  /**
   * Keeps a report, in the open case about the plugin or a new one. With `quarantine` = so many malware reports by different
   * people within so many seconds, the plugin is held in the same batch. Null: this reporter has sent `max` today.
   */
  report(report: NewReport, max: number, at: number): Promise<{ readonly reportId: string } | null>;
  /** Different people who reported malware about the plugin since then. */
  malwareReporters(pluginId: string, since: number): Promise<number>;
  /** active or deprecated → quarantined: no new installations, existing ones run. False: it was not in such a state. */
  quarantine(pluginId: string, reason: string, actor: DeskActor, at: number): Promise<boolean>;
  /** quarantined, by reports or the desk, → what it was. */
  release(pluginId: string, reason: string, actor: DeskActor, at: number): Promise<boolean>;

  reports(state: ReportState | null, limit: number): Promise<readonly Report[]>;
  findReport(reportId: string): Promise<Report | null>;
  triage(reportId: string, accountId: string, at: number): Promise<boolean>;
  /** Answers the address that wants to hear of it, once; null: nobody asked, or it was decided already. */
  decideReport(
    reportId: string,
    decision: { readonly state: "acted" | "dismissed"; readonly outcome: string },
    accountId: string,
    at: number,
  ): Promise<{ readonly email: string | null } | null>;
  /** Reports of a plugin by those who are not publicly told apart any more. */
  forgetReporters(before: number): Promise<void>;

  cases(state: Case["state"] | null, limit: number): Promise<readonly Case[]>;
  findCase(caseId: string): Promise<Case | null>;
  closeCase(
    caseId: string,
    decision: { readonly state: "acted" | "dismissed"; readonly reason: string },
    accountId: string,
    at: number,
  ): Promise<boolean>;
  history(pluginId: string, limit: number): Promise<readonly HistoryEntry[]>;

  /** Acts of the desk that are not sealed yet, oldest first, and the last seal before them. */
  unsealed(limit: number): Promise<{ readonly last: string | null; readonly acts: readonly DeskAct[] }>;
  /** False: another sealed it meanwhile. */
  seal(number: number, chain: string, previous: string | null): Promise<boolean>;
  acts(from: number, limit: number): Promise<readonly DeskAct[]>;

  figures(months: number, at: number): Promise<readonly MonthFigures[]>;
}

export type DeskActor =
  | { readonly kind: "account"; readonly id: string }
  | { readonly kind: "system"; readonly id: string };

export interface Transfer {
  readonly id: string;
  readonly pluginId: string;
  readonly plugin: string;
  readonly from: { readonly id: string; readonly handle: string };
  readonly to: { readonly id: string; readonly handle: string };
  readonly state: "offered" | "held" | "completed" | "canceled";
  readonly offeredAt: number;
  readonly holdUntil: number | null;
  readonly endedAt: number | null;
}

/** Plugins that change hands. Every step is one guarded statement with its audit row. */
export interface TransferStore {
  find(transferId: string): Promise<Transfer | null>;
  /** Newest first, open and ended ones, of these publishers. */
  list(publisherIds: readonly string[], limit: number): Promise<readonly Transfer[]>;
  /** The newest of the plugin that was not canceled; what pages show and updates ask about. */
  ofPlugin(pluginId: string): Promise<Transfer | null>;
  plugin(
    pluginId: string,
  ): Promise<{ readonly id: string; readonly name: string; readonly publisherId: string } | null>;
  publisher(handle: string): Promise<{ readonly id: string; readonly handle: string } | null>;
  /** Null: another one is open, or the plugin is not the publisher's any more. */
  offer(
    transfer: { readonly pluginId: string; readonly from: string; readonly to: string; readonly accountId: string },
    at: number,
  ): Promise<string | null>;
  accept(transferId: string, accountId: string, holdUntil: number, at: number): Promise<boolean>;
  cancel(transferId: string, accountId: string, at: number): Promise<boolean>;
  /** Held ones whose time is over. */
  due(at: number, limit: number): Promise<readonly string[]>;
  /** held → completed: the plugin and its licenses have a new publisher, in one batch. */
  complete(transferId: string, at: number): Promise<boolean>;
  /** Owners of instances on which the plugin runs, each address once. */
  holders(pluginId: string, limit: number): Promise<readonly string[]>;
}

export interface DomainProof {
  readonly publisherId: string;
  readonly handle: string;
  readonly domain: string;
  readonly nonce: string;
  readonly verifiedAt: number | null;
  readonly nextCheckAt: number | null;
  readonly failingSince: number | null;
}

export interface DomainStore {
  find(publisherId: string): Promise<DomainProof | null>;
  /** Another domain begins anew. False: another publisher has proven it. */
  ask(publisherId: string, domain: string, nonce: string, accountId: string, at: number): Promise<boolean>;
  verified(publisherId: string, method: "dns" | "file", nextCheckAt: number, at: number): Promise<boolean>;
  /** The proof could not be seen; after `giveUpAt` the publisher is shown without it. */
  missed(publisherId: string, nextCheckAt: number, graceSeconds: number, at: number): Promise<void>;
  due(at: number, limit: number): Promise<readonly DomainProof[]>;
  /** Nonce of a publisher by handle and domain, for the page that shows what to put where. */
  forget(publisherId: string, accountId: string, at: number): Promise<void>;
}

/** Looks at a domain from outside. Null: it does not answer; nothing is known then. */
export interface DomainLookup {
  txt(domain: string): Promise<readonly string[] | null>;
  /** Text of `https://<domain>/.well-known/rbsm.json`, at most 16 KiB, without redirects. */
  wellKnown(domain: string): Promise<string | null>;
}
