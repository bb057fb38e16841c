import * as z from "zod";
import { DEVICE_ERRORS } from "../../domain/account/device.ts";
import { SCOPES } from "../../domain/account/scopes.ts";
import type { Operation } from "../operation.ts";
import { visibleText } from "../visible-text.ts";

const MAX_BYTES = 4_096;
const SCOPE_LIST = z
  .string()
  .max(400)
  .refine((text) => text.split(" ").every((scope) => (SCOPES as readonly string[]).includes(scope)), "unknown scope");

/** RFC 8628, for tools that have no browser. Members are spelled as OAuth spells them. */
export const DEVICE_OPERATIONS = {
  askForDevice: {
    id: "askForDevice",
    method: "POST",
    path: "/v1/device/code",
    summary: "Ask for a token that somebody approves in a browser (RFC 8628)",
    tag: "accounts",
    caller: { kind: "none" },
    body: {
      type: "json",
      alsoForm: true,
      schema: z.object({
        /** Shown to the person who approves. */
        client_id: visibleText()
          .trim()
          .min(1)
          .max(60)
          .regex(/^\P{Cc}*$/u),
        scope: SCOPE_LIST,
      }),
      maxBytes: MAX_BYTES,
    },
    answers: {
      200: z.object({
        device_code: z.string(),
        user_code: z.string(),
        verification_uri: z.string(),
        verification_uri_complete: z.string(),
        expires_in: z.int(),
        interval: z.int(),
      }),
    },
    problems: ["RATE_LIMITED"],
  },
  redeemDevice: {
    id: "redeemDevice",
    method: "POST",
    path: "/v1/device/token",
    summary: "Poll for the token, not more often than the interval says; it is shown once",
    tag: "accounts",
    caller: { kind: "none" },
    body: {
      type: "json",
      alsoForm: true,
      schema: z.object({
        grant_type: z.string().max(200),
        device_code: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
        client_id: z.string().max(200).optional(),
      }),
      maxBytes: MAX_BYTES,
    },
    answers: {
      200: z.object({
        access_token: z.string(),
        token_type: z.literal("Bearer"),
        expires_in: z.int(),
        scope: z.string(),
      }),
      400: z.object({ error: z.enum(DEVICE_ERRORS) }),
    },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
