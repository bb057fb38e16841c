import type { Json, JsonObject } from "../json/json.ts";
import type { Permission, PluginType } from "../manifest/permissions.ts";
import type { EventEnvelope } from "./events.ts";
import type { Method } from "./methods.ts";

/** How one run ended badly. `need_module` asks the caller to send the module's text and is never stored. */
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
  readonly idempotent: boolean;
  readonly limits: RunLimits;
}

export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly params: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
  readonly headers: { readonly [name: string]: string };
  readonly body: Json;
}
export interface RouteResponse {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Json;
}

export type Call =
  | { readonly kind: "event"; readonly event: EventEnvelope }
  | { readonly kind: "lifecycle"; readonly hook: Hook }
  | { readonly kind: "route"; readonly request: RouteRequest }
  | { readonly kind: "schedule"; readonly id: string };

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
      readonly error: { readonly code: RunCode; readonly message?: string };
      readonly report?: Report;
    };

export type CallReply =
  | { readonly ok: true; readonly value: Json }
  | {
      readonly ok: false;
      readonly error: { readonly code: CallCode; readonly message: string; readonly retryAfter?: number };
    };

/** What a plugin hands the host for one call; a plain object so that it crosses processes unchanged. */
export type CallArguments = JsonObject;
