import { SENTENCES } from "../contract/sentences.ts";
import { ACCOUNT_REASONS } from "../domain/account/reasons.ts";
import { BUNDLE_REASONS } from "../domain/bundle/reasons.ts";
import type { Problem } from "../domain/problem.ts";
import type { Reason } from "../domain/reasons.ts";
import type { Result } from "../domain/result.ts";
import { TRUST_REASONS } from "../domain/trust/reasons.ts";

/** What a refusal is about. `misuse` ends with exit code 2, `interrupted` with 130, every other kind with 1. */
export type Kind =
  | "bundle"
  | "manifest"
  | "trust"
  | "auth"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "consent"
  | "resolution"
  | "license"
  | "waiting"
  | "rate_limited"
  | "network"
  | "server"
  | "misuse"
  | "interrupted";

/** Why a command did not do what was asked, and what a person can do next. `code` is stable. */
export interface CliProblem {
  readonly code: string;
  readonly kind: Kind;
  readonly message: string;
  readonly next: string;
  /** Every single problem, where one refusal has many. */
  readonly problems?: readonly PlacedProblem[];
  /** Further members of the JSON document: `gates`, `findings`, `status` … */
  readonly facts?: { readonly [name: string]: unknown };
}
/** Lines and columns count from 1; `pointer` is RFC 6901 into `manifest.json`. */
export interface PlacedProblem {
  readonly code: string;
  readonly detail: string;
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
}
export type Outcome<T> = Result<T, CliProblem>;

/** The command was called wrongly: nothing was tried. */
export function misuse(code: string, message: string, next = "Run the command with --help."): CliProblem {
  return { code, kind: "misuse", message, next };
}

/** What is there already stands in the way. */
export function conflict(code: string, message: string, next = "Look at what is there now and try again."): CliProblem {
  return { code, kind: "conflict", message, next };
}

/** A refusal of the domain, told to a person at a terminal. */
export function fromReason(problem: Problem, next?: string): CliProblem {
  const known = Object.hasOwn(SENTENCES, problem.reason) ? SENTENCES[problem.reason as Reason] : problem.reason;
  const kind = kindOf(problem.reason);
  return {
    code: problem.reason,
    kind,
    message: problem.detail ?? known,
    next: next ?? NEXT[kind],
    ...(problem.facts ? { facts: problem.facts } : {}),
  };
}

/** The kind of a code of one of the closed lists; `fallback` for codes a newer server may know. */
export function kindOf(reason: string, fallback: Kind = "server"): Kind {
  if (Object.hasOwn(KINDS, reason)) return KINDS[reason] as Kind;
  if (MANIFEST.test(reason)) return "manifest";
  if ((BUNDLE_REASONS as readonly string[]).includes(reason)) return "bundle";
  if ((TRUST_REASONS as readonly string[]).includes(reason)) return "trust";
  if ((ACCOUNT_REASONS as readonly string[]).includes(reason)) return "conflict";
  return fallback;
}

const MANIFEST = /^(manifest_|json_|metadata_mismatch$)/;

const KINDS: Readonly<Record<string, Kind>> = {
  AUTHENTICATION_REQUIRED: "auth",
  CLOCK_SKEW: "auth",
  token_in_url: "auth",
  PERMISSION_DENIED: "forbidden",
  INSTANCE_SUSPENDED: "forbidden",
  own_plugin: "forbidden",
  NOT_FOUND: "not_found",
  plugin_not_found: "not_found",
  release_not_found: "not_found",
  version_exists: "conflict",
  name_taken: "conflict",
  name_reserved: "conflict",
  state_conflict: "conflict",
  statement_stale: "conflict",
  checksum_mismatch: "bundle",
  BODY_TOO_LARGE: "bundle",
  dependency_missing: "resolution",
  rollout_faster: "forbidden",
  rollout_reason: "conflict",
  advisory_incomplete: "conflict",
  revocations_rollback: "trust",
  revocations_stale: "trust",
  revocations_unavailable: "trust",
  update_answer_differs: "trust",
  resolution_conflict: "resolution",
  resolution_too_complex: "resolution",
  locked_release_blocked: "resolution",
  RATE_LIMITED: "rate_limited",
  velocity: "rate_limited",
  quota_plugins: "rate_limited",
  BODY_INVALID: "server",
  MEDIA_TYPE_UNSUPPORTED: "server",
  METHOD_NOT_ALLOWED: "server",
  URI_INVALID: "server",
  URI_TOO_LONG: "server",
  VALIDATION_ERROR: "server",
  INTERNAL_ERROR: "server",
  SERVICE_UNAVAILABLE: "server",
  blob_unavailable: "server",
};

const NEXT: Readonly<Record<Kind, string>> = {
  bundle: "Correct the files and build again.",
  manifest: "Correct manifest.json and build again.",
  trust: "Do not use this file until you know why; ask its publisher.",
  auth: "Run rbsm login --marketplace URL --token-stdin.",
  forbidden: "Ask for a token that has the scope this needs.",
  not_found: "Check the name, the version and the marketplace.",
  conflict: "Look at what is there now and try again.",
  consent: "Nothing was changed; run the command again when you agree.",
  resolution: "Publish what it depends on first.",
  license: "Check the license.",
  waiting: "Ask again later.",
  rate_limited: "Wait a while and try again.",
  network: "Check the address and the connection.",
  server: "Try again; if it stays, tell the marketplace.",
  misuse: "Run the command with --help.",
  interrupted: "Run the command again.",
};
