import * as z from "zod";
import { TRUST_REASONS } from "../../domain/trust/reasons.ts";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";

const HANDLE = { handle: /^[a-z0-9-]{1,60}$/ } as const;
const OWNER = { kind: "account", scope: "release:publish" } as const;
const RECOVERY = z.object({ keyId: z.string(), requestedAt: z.string(), readyAt: z.string() });

export const RECOVERY_OPERATIONS = {
  showRecovery: {
    id: "showKeyRecovery",
    method: "GET",
    path: "/v1/publishers/{handle}/keys/recovery",
    params: HANDLE,
    summary: "Whether a publisher's keys are about to be replaced by the marketplace",
    tag: "publishing",
    caller: { kind: "none" },
    answers: { 200: z.object({ publisher: z.string(), recovery: RECOVERY.nullable() }) },
    problems: ["NOT_FOUND"],
  },
  requestRecovery: {
    id: "requestKeyRecovery",
    method: "POST",
    path: "/v1/publishers/{handle}/keys/recovery",
    params: HANDLE,
    summary: "All keys are lost: name the one to come; seven days later the marketplace may sign it in",
    tag: "publishing",
    caller: OWNER,
    body: {
      type: "json",
      schema: z.strictObject({ publicKey: z.string().regex(/^[0-9a-f]{64}$/) }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 201: RECOVERY },
    problems: ["NOT_FOUND", "PERMISSION_DENIED", "state_conflict", "proof_required", ...TRUST_REASONS],
  },
  cancelRecovery: {
    id: "cancelKeyRecovery",
    method: "DELETE",
    path: "/v1/publishers/{handle}/keys/recovery",
    params: HANDLE,
    summary: "Stop the replacement of a publisher's keys",
    tag: "publishing",
    caller: OWNER,
    answers: { 200: z.object({ canceled: z.literal(true) }) },
    problems: ["NOT_FOUND", "PERMISSION_DENIED"],
  },
  completeRecovery: {
    id: "completeKeyRecovery",
    method: "POST",
    path: "/v1/publishers/{handle}/keys/recovery/complete",
    params: HANDLE,
    summary: "After the wait: the new key proves itself, the marketplace signs it in, all others retire",
    tag: "publishing",
    caller: OWNER,
    body: { type: "json", schema: z.strictObject({ proof: z.unknown() }), maxBytes: MAX_JSON_BYTES },
    answers: {
      201: z.object({ sequence: z.int(), eventSha256: z.string(), action: z.literal("recover"), keyId: z.string() }),
    },
    problems: ["NOT_FOUND", "PERMISSION_DENIED", "state_conflict", "proof_required", ...TRUST_REASONS],
  },
} as const satisfies Record<string, Operation>;
