import * as z from "zod";
import { SCOPES, TOKEN_KINDS } from "../../domain/account/scopes.ts";
import { DECIMAL_ID, type Operation } from "../operation.ts";
import { ONE_LINE } from "./one-line.ts";

const ID = z.string().regex(DECIMAL_ID);
const MODERATE_BYTES = 16_384;

const TOKEN_VIEW = z.object({
  tokenId: ID,
  kind: z.enum(TOKEN_KINDS),
  name: z.string(),
  hint: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  plugins: z.array(z.string()).optional(),
  ipRanges: z.array(z.string()).optional(),
  isCurrent: z.boolean(),
  createdAt: z.string(),
  expiresAt: z.string(),
});
const MANAGING = { kind: "account", scope: "token:manage" } as const;

/** A person's own tokens. */
export const TOKEN_OPERATIONS = {
  listTokens: {
    id: "listTokens",
    method: "GET",
    path: "/v1/tokens",
    summary: "The living tokens of this account, newest first",
    tag: "accounts",
    caller: MANAGING,
    answers: { 200: z.object({ tokens: z.array(TOKEN_VIEW) }) },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED"],
  },
  createToken: {
    id: "createToken",
    method: "POST",
    path: "/v1/tokens",
    summary: "A token with no more rights than this one, which ends with it at the latest; its text is shown once",
    tag: "accounts",
    caller: MANAGING,
    body: {
      type: "json",
      schema: z.strictObject({
        name: ONE_LINE,
        kind: z.enum(TOKEN_KINDS).optional(),
        scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
        plugins: z
          .array(z.string().regex(/^[a-z0-9-]{1,60}$/))
          .min(1)
          .max(50)
          .optional(),
        ipRanges: z.array(z.string().min(2).max(50)).min(1).max(20).optional(),
        expiresInDays: z.int().min(1).max(365).optional(),
      }),
      maxBytes: MODERATE_BYTES,
    },
    answers: { 201: z.object({ ...TOKEN_VIEW.omit({ isCurrent: true }).shape, token: z.string() }) },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "VALIDATION_ERROR", "quota_tokens", "proof_required"],
  },
  revokeToken: {
    id: "revokeToken",
    method: "DELETE",
    path: "/v1/tokens/{id}",
    summary: "End a token and those made with it, at once",
    tag: "accounts",
    caller: MANAGING,
    params: { id: DECIMAL_ID },
    answers: { 200: z.object({ tokenId: ID, revoked: z.literal(true) }) },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "NOT_FOUND"],
  },
} as const satisfies Record<string, Operation>;
