import type { CheckOutcome } from "../../src/domain/release/checks.ts";
import type { ReleaseState } from "../../src/domain/release/states.ts";
import type { Membership } from "../../src/market/catalogue/ports.ts";
import type {
  KeyFacts,
  Listing,
  NewRelease,
  NewStatement,
  Notice,
  Publication,
} from "../../src/market/publish/ports.ts";
import type { NewSealing } from "../../src/market/publish/sealing-ports.ts";

export interface PluginRow {
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly publisherId: string;
  readonly createdAt: number;
  listing: Listing;
  listed: boolean;
  latestReleaseId: string | null;
  head: { sequence: number; statementSha256: string | null };
  publications: number;
  lastReceiptSha256: string | null;
  downloads: number;
  rev: number;
  edited: string[];
  updatedAt: number;
}

export interface ReleaseRow {
  readonly id: string;
  readonly pluginId: string;
  readonly data: NewRelease;
  readonly createdAt: number;
  readonly velocityUntil: number | null;
  state: ReleaseState;
  statement: NewStatement | null;
  nextCheckAt: number | null;
  reason: string | null;
  publication: Publication | null;
  publishedAt: number | null;
  downloads: number;
  reproducible: "yes" | "no" | null;
  notice: Notice | null;
}

export interface CheckRow {
  readonly releaseId: string;
  readonly name: string;
  readonly attempt: number;
  readonly outcome: CheckOutcome;
}

export interface TokenRow {
  readonly hash: string;
  readonly releaseId: string;
  readonly instanceId: string;
  readonly expiresAt: number;
  usedAt: number | null;
}

/** Everything the memory stores of this slice share. */
export interface ReleaseTables {
  readonly publishers: { readonly id: string; readonly handle: string }[];
  readonly members: (Membership & { readonly accountId: string })[];
  readonly keys: Map<string, KeyFacts>;
  readonly plugins: PluginRow[];
  readonly releases: ReleaseRow[];
  readonly checks: CheckRow[];
  readonly blocked: Set<string>;
  readonly tokens: TokenRow[];
  readonly seen: Set<string>;
  readonly objects: Map<string, Uint8Array>;
  readonly sealings: NewSealing[];
  /** By plugin. */
  readonly suspensions: Map<string, { readonly isDesk: boolean; readonly reason: string; readonly listed: boolean }>;
}

export function emptyReleaseTables(): ReleaseTables {
  return {
    publishers: [],
    members: [],
    keys: new Map(),
    plugins: [],
    releases: [],
    checks: [],
    blocked: new Set(),
    tokens: [],
    seen: new Set(),
    objects: new Map(),
    sealings: [],
    suspensions: new Map(),
  };
}
