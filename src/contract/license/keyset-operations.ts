import * as z from "zod";
import { KEY_PURPOSES, REVOKE_MODES } from "../../domain/license/keyset.ts";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";

const TIME = z.int().min(0);

const KEYSET_STATUS = z.object({
  documents: z.array(z.object({ rootKid: z.string(), version: z.int(), issuedAt: TIME, expiresAt: TIME })),
  keys: z.array(
    z.object({
      kid: z.string(),
      purpose: z.enum(KEY_PURPOSES),
      x: z.string(),
      signFrom: TIME,
      signUntil: TIME,
      verifyUntil: TIME,
      revokedFrom: TIME.nullable(),
      revokeMode: z.enum(REVOKE_MODES).nullable(),
      phase: z.enum(["published", "signing", "verifying", "retired", "revoked"]),
      isHeld: z.boolean(),
      destroyBy: TIME,
    }),
  ),
  unpublished: z.array(z.object({ kid: z.string(), purpose: z.enum(KEY_PURPOSES), x: z.string() })),
  warnings: z.array(z.string()),
});

/** The root-signed key set: published for everybody, changed by operators who hold a signed document. */
export const KEYSET_OPERATIONS = {
  showKeyset: {
    id: "showKeyset",
    method: "GET",
    path: "/.well-known/license-keyset/{file}",
    summary: "The newest key-set document of a root, `{rootKid}.jws`",
    tag: "licenses",
    caller: { kind: "none" },
    params: { file: /^[A-Za-z0-9._-]{1,64}\.jws$/ },
    answers: { 200: "application/jose" },
    problems: ["NOT_FOUND"],
  },
  keysetStatus: {
    id: "keysetStatus",
    method: "GET",
    path: "/v1/desk/license-keyset",
    summary: "Signing keys, their phases, and what is due",
    tag: "desk",
    caller: { kind: "account", scope: "desk:accounts" },
    answers: { 200: KEYSET_STATUS },
    problems: [],
  },
  publishKeyset: {
    id: "publishKeyset",
    method: "POST",
    path: "/v1/desk/license-keyset",
    summary: "Publish a key-set document that a root signed",
    tag: "desk",
    caller: { kind: "account", scope: "desk:accounts" },
    body: { type: "json", schema: z.object({ document: z.string().max(60_000) }), maxBytes: MAX_JSON_BYTES },
    answers: { 200: z.object({ rootKid: z.string(), version: z.int() }) },
    problems: ["BODY_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED", "VALIDATION_ERROR", "KEYSET_REFUSED"],
  },
} as const satisfies Record<string, Operation>;
