import type { Json, JsonObject } from "../json/json.ts";
import type { Permission, PluginType, Tier } from "../manifest/permissions.ts";
import type { EventEnvelope } from "./events.ts";
import type { Method } from "./methods.ts";

/**
 * How one run ended badly. `need_module` asks the caller to send the module's text and is never stored; `stopped` is a
 * run whose installation, release or license was stopped meanwhile.
 */
export const RUN_CODES = [
  "need_module",
  "plugin_invalid",
  "plugin_error",
  "capability_denied",
  "network_denied",
  "plugin_timeout",
  "plugin_memory",
  "plugin_limit",
  "plugin_output",
  "plugin_crashed",
  "sandbox_hung",
  "sandbox_crashed",
  "stopped",
] as const;
export type RunCode = (typeof RUN_CODES)[number];

/** How one capability call ended badly. */
export const CALL_CODES = [
  "capability_denied",
  "unknown_method",
  "invalid_arguments",
  "rate_limited",
  "quota_exceeded",
  "host_refused",
  "host_unavailable",
  "session_closed",
] as const;
export type CallCode = (typeof CALL_CODES)[number];

export const HOOKS = ["install", "activate", "deactivate", "update", "uninstall", "licenseChanged"] as const;
export type Hook = (typeof HOOKS)[number];

export interface EgressRule {
  readonly host: string;
  readonly methods: readonly string[];
  /** What the gate adds to every request to this host; plugin code never sees it. */
  readonly inject?: readonly { readonly header: string; readonly value: string }[];
}

/** What a plugin may know of the license it runs under; never the key. */
export interface LicenseFacts {
  readonly tier: Tier;
  readonly status: "active";
  /** ISO 8601; absent = open-ended. */
  readonly expiresAt?: string;
  readonly features: readonly string[];
  /** `apiCalls` a month, `storage` in MB, `users` …; -1 = unlimited. */
  readonly limits: { readonly [metric: string]: number };
}

export interface RunLimits {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly subRequests: number;
  readonly calls: number;
  readonly outputBytes: number;
  readonly logBytes: number;
}

/** Everything that grants authority to one run. */
export interface Job {
  readonly executionId: string;
  readonly activationId: string;
  readonly plugin: string;
  readonly version: string;
  /** Fixes the limits of the isolate (limits.ts). */
  readonly type: PluginType;
  readonly moduleSha256: string;
  readonly closureDigest: string;
  readonly granted: readonly Permission[];
  readonly egress: readonly EgressRule[];
  /** Requests of the installation that may leave in one minute. */
  readonly egressPerMinute: number;
  /** Names of its own events that the plugin declared. */
  readonly emits: readonly string[];
  /** What the admin set, defaults filled in; never a secret. */
  readonly settings: JsonObject;
  readonly license: LicenseFacts;
  readonly idempotent: boolean;
  readonly limits: RunLimits;
}

export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly params: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
  readonly headers: { readonly [name: string]: string };
  /** Parsed where the content type says JSON, else text; null without a body and for bytes that are no text. */
  readonly body: Json;
  /** On webhook routes: the exact bytes in base64, so that the sender's signature can be checked. */
  readonly rawBody?: string;
  /** On session routes: who is signed in on the instance, as the instance says. */
  readonly user?: RouteUser;
}
export interface RouteUser {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly role?: string;
  readonly permissions?: readonly string[];
}
export interface RouteResponse {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Json;
}

export type Call =
  | { readonly kind: "event"; readonly event: EventEnvelope }
  /** `from` is the version before an update. */
  | { readonly kind: "lifecycle"; readonly hook: Hook; readonly from?: string }
  /** `route` names the handler, `"GET /notes/:id"`; without it the prelude looks for one. */
  | { readonly kind: "route"; readonly request: RouteRequest; readonly route?: string }
  /** `at` is the time the cron expression named, ISO 8601. */
  | { readonly kind: "schedule"; readonly id: string; readonly at?: string };

/** What the registry asks a module that nobody installed: does it load, and which handlers has it? Runs none of them. */
export type RunnerCall = Call | { readonly kind: "describe" };

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
}

/** Counted outside the isolate; plugins cannot write it. */
export interface Report {
  readonly calls: { readonly [M in Method]?: number };
  readonly denied: { readonly [method: string]: number };
  readonly logs: readonly LogLine[];
}

export type RunReply =
  | { readonly ok: true; readonly value: Json; readonly report: Report }
  | {
      readonly ok: false;
      readonly error: { readonly code: RunCode; readonly message?: string; readonly isTransient?: boolean };
      readonly report?: Report;
    };

export type CallReply =
  /** `bytes` is a file's content and nothing else. */
  | { readonly ok: true; readonly value: Json; readonly bytes?: Uint8Array }
  | {
      readonly ok: false;
      readonly error: { readonly code: CallCode; readonly message: string; readonly retryAfter?: number };
    };

/** What a plugin hands the host for one call; a plain object so that it crosses processes unchanged. */
export type CallArguments = JsonObject;
