import * as z from "zod";
import { HANDLE, MAX_HANDLE, MIN_HANDLE } from "../../domain/account/publisher.ts";
import { SCOPES, TOKEN_KINDS } from "../../domain/account/scopes.ts";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";
import { ONE_LINE } from "./one-line.ts";
import { TOKEN_OPERATIONS } from "./token-operations.ts";

const NAME = ONE_LINE;
const HANDLE_TEXT = z.string().min(MIN_HANDLE).max(MAX_HANDLE).regex(HANDLE);
const HANDLE_PARAM = /^[a-z0-9-]{2,39}$/;
const ID = z.string().regex(DECIMAL_ID);
const URL_TEXT = z.string().min(1).max(2_048);
const APP_VERSION = z.string().regex(/^\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,40})?$/);
const MODE = z.enum(["push", "pull"]).optional();
const HOST_API_KEY = z.string().regex(/^[\x21-\x7e]{8,200}$/);
const MODERATE_BYTES = 16_384;

const INSTANCE_FIELDS = {
  name: NAME,
  url: URL_TEXT,
  appVersion: APP_VERSION,
  webhookUrl: URL_TEXT,
  apiUrl: URL_TEXT.optional(),
  hostApiKey: HOST_API_KEY.optional(),
  keyShape: z.enum(["rbsm", "legacy"]).optional(),
  publisher: HANDLE_TEXT.optional(),
};

const INSTANCE_VIEW = z.object({
  instanceId: ID,
  name: z.string(),
  url: z.string(),
  appVersion: z.string(),
  webhookUrl: z.string(),
  apiUrl: z.string(),
  keyShape: z.enum(["rbsm", "legacy"]),
  apiKey: z.string(),
  publisher: z.string().optional(),
  /** Whose owners and maintainers manage it, too. */
  organization: z.string().optional(),
  hasHostApiKey: z.boolean(),
  state: z.enum(["active", "suspended"]),
  webhook: z.object({ state: z.enum(["active", "paused"]), refusals: z.int(), pausedAt: z.string().optional() }),
  createdAt: z.string(),
});

const CREDENTIALS = z.object({
  instanceId: ID,
  apiKey: z.string(),
  apiSecret: z.string(),
  webhookSecret: z.string(),
});

const KEY_VIEW = z.object({
  keyId: z.string(),
  publicKey: z.string(),
  state: z.enum(["active", "retired", "compromised"]),
  /** Plugin name → first sequence the key no longer signs for; a plugin that is missing is cut at 1. */
  cuts: z.record(z.string(), z.int()).optional(),
});

export const ENVELOPE = z.strictObject({
  payload: z.string().max(700_000),
  signatures: z.array(z.strictObject({ keyId: z.string(), sig: z.string() })).max(8),
});

const KEY_ACTION = z.enum(["add", "retire", "compromise", "recover"]);
const KEY_PROBLEMS = [
  "key_length",
  "key_not_canonical",
  "key_not_on_curve",
  "key_small_order",
  "key_mixed_order",
  "key_test_vector",
  "key_reused",
] as const;

/** Setting up, accounts, keys, instances (design: the README of src/domain/account). */
export const ACCOUNT_OPERATIONS = {
  setup: {
    id: "setup",
    method: "POST",
    path: "/v1/setup",
    summary: "Make the first operator, with the setup secret as bearer",
    tag: "accounts",
    caller: { kind: "secret" },
    body: { type: "json", schema: z.strictObject({ name: NAME }), maxBytes: MODERATE_BYTES },
    answers: { 201: z.object({ accountId: ID, token: z.string(), link: z.string() }) },
    problems: ["AUTHENTICATION_REQUIRED", "NOT_FOUND", "setup_done", "VALIDATION_ERROR"],
  },
  createAccount: {
    id: "createAccount",
    method: "POST",
    path: "/v1/desk/accounts",
    summary: "Make an account, with a publisher if asked",
    tag: "desk",
    caller: { kind: "account", scope: "desk:accounts" },
    body: {
      type: "json",
      schema: z.strictObject({
        name: NAME,
        email: z.email().max(254),
        publisher: z.strictObject({ handle: HANDLE_TEXT, displayName: NAME }).optional(),
      }),
      maxBytes: MODERATE_BYTES,
    },
    answers: {
      201: z.object({
        accountId: ID,
        token: z.string(),
        publisherId: ID.optional(),
        keyNonce: z.string().optional(),
      }),
    },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "email_taken", "handle_taken", "VALIDATION_ERROR"],
  },
  makeSignInLink: {
    id: "makeSignInLink",
    method: "POST",
    path: "/v1/desk/accounts/{id}/links",
    summary: "A one-time link that signs the account in, good for a day: its first sign-in, or its recovery",
    tag: "desk",
    caller: { kind: "account", scope: "desk:accounts" },
    params: { id: DECIMAL_ID },
    answers: { 201: z.object({ url: z.string(), expiresAt: z.string() }) },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "NOT_FOUND", "proof_required"],
  },
  enrollKey: {
    id: "enrollKey",
    method: "POST",
    path: "/v1/publishers/{handle}/keys",
    summary: "Enroll a publisher's signing key by a proof over the nonce handed out",
    tag: "publishing",
    caller: { kind: "account", scope: ["release:publish", "plugin:create"] },
    params: { handle: HANDLE_PARAM },
    body: { type: "json", schema: ENVELOPE, maxBytes: MODERATE_BYTES },
    answers: { 201: z.object({ keyId: z.string(), state: z.literal("active") }) },
    problems: [
      "AUTHENTICATION_REQUIRED",
      "PERMISSION_DENIED",
      "NOT_FOUND",
      "document_malformed",
      "document_type",
      "signature_malformed",
      "key_length",
      "key_not_canonical",
      "key_not_on_curve",
      "key_small_order",
      "key_mixed_order",
      "key_test_vector",
      "key_reused",
      "key_proof_invalid",
      "key_proof_expired",
    ],
  },
  listPublisherKeys: {
    id: "listPublisherKeys",
    method: "GET",
    path: "/v1/publishers/{handle}/keys",
    summary: "The public keys a publisher signs with",
    tag: "publishing",
    caller: { kind: "none" },
    params: { handle: HANDLE_PARAM },
    answers: { 200: z.object({ publisher: z.string(), keys: z.array(KEY_VIEW) }) },
    problems: ["NOT_FOUND"],
  },
  offerKey: {
    id: "offerKey",
    method: "POST",
    path: "/v1/publishers/{handle}/keys/pending",
    summary: "Name a key to come: a nonce for it, good for ten minutes and for a key event only",
    tag: "publishing",
    caller: { kind: "account", scope: "release:publish" },
    params: { handle: HANDLE_PARAM },
    body: {
      type: "json",
      schema: z.strictObject({ publicKey: z.string().regex(/^[0-9a-f]{64}$/) }),
      maxBytes: MODERATE_BYTES,
    },
    answers: {
      201: z.object({ keyId: z.string(), state: z.literal("pending"), nonce: z.string(), expiresAt: z.string() }),
    },
    problems: ["PERMISSION_DENIED", "NOT_FOUND", "proof_required", ...KEY_PROBLEMS],
  },
  appendKeyEvent: {
    id: "appendKeyEvent",
    method: "POST",
    path: "/v1/publishers/{handle}/key-events",
    summary: "Add, retire or condemn a key: the next link of the publisher's chain, signed by a key in use",
    tag: "publishing",
    caller: { kind: "account", scope: "release:publish" },
    params: { handle: HANDLE_PARAM },
    body: {
      type: "json",
      schema: z.strictObject({ event: ENVELOPE, proof: ENVELOPE.optional() }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: {
      201: z.object({ sequence: z.int(), eventSha256: z.string(), action: KEY_ACTION, keyId: z.string() }),
    },
    problems: [
      "PERMISSION_DENIED",
      "NOT_FOUND",
      "document_malformed",
      "document_type",
      "signature_malformed",
      "signature_invalid",
      "statement_wrong_marketplace",
      "statement_mismatch",
      "key_unknown",
      "key_retired",
      "key_compromised",
      "key_event_stale",
      "key_event_refused",
      "key_limit",
      "key_proof_invalid",
      "key_proof_expired",
      ...KEY_PROBLEMS,
    ],
  },
  listKeyEvents: {
    id: "listKeyEvents",
    method: "GET",
    path: "/v1/publishers/{handle}/key-events",
    summary: "A publisher's key events, oldest first",
    tag: "publishing",
    caller: { kind: "none" },
    params: { handle: HANDLE_PARAM },
    answers: {
      200: z.object({
        publisher: z.string(),
        events: z.array(
          z.object({
            sequence: z.int(),
            sha256: z.string(),
            action: KEY_ACTION,
            keyId: z.string(),
            signerKeyId: z.string(),
            at: z.string(),
            envelope: ENVELOPE,
          }),
        ),
      }),
    },
    problems: ["NOT_FOUND"],
  },
  registerInstance: {
    id: "registerInstance",
    method: "POST",
    path: "/v1/instances/register",
    summary: "Register a Rising-BSM instance; the secrets are shown once",
    tag: "instances",
    caller: { kind: "account", scope: "instance:manage" },
    body: { type: "json", schema: z.strictObject({ ...INSTANCE_FIELDS, mode: MODE }), maxBytes: MAX_JSON_BYTES },
    answers: { 201: CREDENTIALS },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "url_refused", "VALIDATION_ERROR"],
  },
  changeInstance: {
    id: "changeInstance",
    method: "PATCH",
    path: "/v1/instances/{id}",
    summary: "Change the fields sent; a new webhook address resumes a paused hook",
    tag: "instances",
    caller: { kind: "account", scope: "instance:manage" },
    params: { id: DECIMAL_ID },
    body: {
      type: "json",
      schema: z
        .strictObject({
          ...INSTANCE_FIELDS,
          hostApiKey: HOST_API_KEY.nullable(),
          publisher: HANDLE_TEXT.nullable(),
          organization: HANDLE_TEXT.nullable(),
        })
        .partial(),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: INSTANCE_VIEW },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "NOT_FOUND", "url_refused", "VALIDATION_ERROR"],
  },
  rotateInstance: {
    id: "rotateInstance",
    method: "POST",
    path: "/v1/instances/rotate",
    summary: "New secrets for the same apiKey; the old ones end at once",
    tag: "instances",
    caller: { kind: "instance_or_account", scope: "instance:manage" },
    body: {
      type: "json",
      schema: z.strictObject({ instanceId: ID.optional() }),
      maxBytes: MODERATE_BYTES,
      optional: true,
    },
    answers: { 200: CREDENTIALS },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "NOT_FOUND", "VALIDATION_ERROR"],
  },
  whoami: {
    id: "whoami",
    method: "GET",
    path: "/v1/whoami",
    summary: "Whose credential this is and what it may do",
    tag: "accounts",
    caller: { kind: "none" },
    answers: {
      200: z.union([
        z.object({
          kind: z.literal("account"),
          marketplace: z.string(),
          account: z.object({ id: ID, name: z.string(), email: z.string().optional(), isOperator: z.boolean() }),
          token: z.object({
            kind: z.enum(TOKEN_KINDS),
            scopes: z.array(z.enum(SCOPES)),
            plugins: z.array(z.string()).optional(),
            hint: z.string(),
            expiresAt: z.string(),
          }),
          publishers: z.array(
            z.object({
              id: ID,
              handle: z.string(),
              displayName: z.string(),
              role: z.string(),
              keys: z.array(KEY_VIEW),
            }),
          ),
        }),
        z.object({ kind: z.literal("instance"), marketplace: z.string(), instance: INSTANCE_VIEW }),
      ]),
    },
    problems: ["AUTHENTICATION_REQUIRED"],
  },
  ...TOKEN_OPERATIONS,
  trustList: {
    id: "trustList",
    method: "GET",
    path: "/.well-known/rbsm-trust.json",
    summary: "The marketplace's receipt keys, to be pinned once",
    tag: "service",
    caller: { kind: "none" },
    answers: {
      200: z.object({
        marketplace: z.string(),
        receiptKeys: z.array(z.object({ keyId: z.string(), publicKey: z.string() })),
        revocationKeys: z.array(z.object({ keyId: z.string(), publicKey: z.string() })).optional(),
      }),
    },
    problems: ["SERVICE_UNAVAILABLE"],
  },
} as const satisfies Record<string, Operation>;
