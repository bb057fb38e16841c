import type * as z from "zod";
import type { Scope } from "../domain/account/scopes.ts";
import type { Reason } from "../domain/reasons.ts";

/**
 * One call of the HTTP API, written once: the router validates with it, the OpenAPI document is derived from it, CLI and
 * SDK take their paths from it. Wire schemas hold JSON only (no transforms, dates or bigints).
 */
export interface Operation {
  /** camelCase, unique: `createPlugin`. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** OpenAPI path below the origin: `/v1/plugins/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly tag:
    | "accounts"
    | "instances"
    | "plugins"
    | "publishing"
    | "desk"
    | "licenses"
    | "installations"
    | "orders"
    | "events"
    | "service";
  /** Who may call: `none` ignores no wrong credential – a wrong one is 401 everywhere. */
  readonly caller: Caller;
  /** Patterns of path parameters by name; a value that does not match is 404 (`DECIMAL_ID`). */
  readonly params?: { readonly [name: string]: RegExp };
  readonly query?: z.ZodType;
  /** Request headers beyond the credential: name → what it is for. */
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Body;
  /** Status → schema of the JSON answer, or the media type of bytes. */
  readonly answers: { readonly [status: number]: z.ZodType | string };
  /** Another media type that 200 may have, where the query asks for it. */
  readonly alsoAnswers?: string;
  /** Its own refusals; what every caller, query and body can earn is added by {@link problemsOf}. */
  readonly problems: readonly Reason[];
}

export type Caller =
  /** `remembersCaller`: the handler confirms what a copy of the credential proved. */
  | { readonly kind: "none"; readonly remembersCaller?: true }
  | ({ readonly kind: "instance" } & InstanceTerms)
  /** A token with the scope; of a list, one is enough. */
  | { readonly kind: "account"; readonly scope: Scope | readonly Scope[] }
  /** An instance, or an account token with the scope. */
  | ({ readonly kind: "instance_or_account"; readonly scope: Scope | readonly Scope[] } & InstanceTerms)
  /** Secret of its own (setup, incident): the handler looks at the header itself. */
  | { readonly kind: "secret" };

/** Departures from how an instance is judged elsewhere. */
export interface InstanceTerms {
  /** How far the signed timestamp may be from our clock; ± 300 where nothing is said. */
  readonly clockWindowSeconds?: number;
  /** Hands a suspended instance to the handler (`principal.isSuspended`) instead of refusing it with INSTANCE_SUSPENDED. */
  readonly allowsSuspended?: true;
  /** Lets in who sends no credential but proofs of device keys (`Device-Proof`); the handler judges whose row they open. */
  readonly allowsDevice?: true;
  /** A copy of the credential that is half a minute old proves the caller: what it can reach is renewed, never taken. */
  readonly remembersCaller?: true;
  /** The handler proves the caller itself, because it reads the instance together with what it was asked about. */
  readonly isProvenByHandler?: true;
}

export type Body =
  | {
      readonly type: "json";
      readonly schema: z.ZodType;
      readonly maxBytes: number;
      readonly optional?: true;
      /** `application/x-www-form-urlencoded` is understood as well, as OAuth clients send it; every value is a string. */
      readonly alsoForm?: true;
    }
  /** The handler reads the form itself, bounded by `maxBytes`. */
  | { readonly type: "multipart"; readonly fields: readonly string[]; readonly maxBytes: number };

export const MAX_JSON_BYTES = 65_536;
/** A JSON body of the usual size. */
export function json<S extends z.ZodType>(schema: S) {
  return { type: "json", schema, maxBytes: MAX_JSON_BYTES } as const;
}
/** The same; nothing sent is an empty object. */
export function optionalJson<S extends z.ZodType>(schema: S) {
  return { ...json(schema), optional: true } as const;
}
export const DECIMAL_ID = /^[1-9][0-9]{0,14}$/;

/** What an operator does to others: off localhost only in a session that saw a passkey proof within ten minutes. */
export function isDeskAct({ method, caller }: Pick<Operation, "method" | "caller">): boolean {
  if (caller.kind !== "account" || method === "GET") return false;
  return [caller.scope].flat().every((scope) => scope.startsWith("desk:"));
}

/** Every refusal an operation may answer: its own, and those that every address, credential, query and body can earn. */
export function problemsOf(operation: Operation): readonly Reason[] {
  const { caller, path, query, body } = operation;
  const reasons: Reason[] = ["URI_INVALID", "URI_TOO_LONG", "token_in_url", "KEY_IN_URL", "INTERNAL_ERROR"];
  // Whatever is signed is signed or not answered.
  if (operation.tag === "licenses" || operation.tag === "installations")
    reasons.push("SIGNER_UNAVAILABLE", "SERVICE_UNAVAILABLE");
  // A wrong credential is refused where none is needed, too.
  reasons.push("AUTHENTICATION_REQUIRED");
  if (caller.kind !== "secret") reasons.push("CLOCK_SKEW");
  if (caller.kind !== "secret" && caller.kind !== "none") reasons.push("PERMISSION_DENIED");
  if (operation.method !== "GET") reasons.push("csrf_refused");
  if (isDeskAct(operation)) reasons.push("proof_required");
  if (caller.kind === "instance" || caller.kind === "instance_or_account") reasons.push("INSTANCE_SUSPENDED");
  if (path.includes("{")) reasons.push("NOT_FOUND");
  if (query !== undefined) reasons.push("VALIDATION_ERROR");
  if (body !== undefined) reasons.push("BODY_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED", "VALIDATION_ERROR");
  return [...new Set([...operation.problems, ...reasons])];
}
