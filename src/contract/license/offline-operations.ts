import * as z from "zod";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";

const CODE_PROBLEMS = [
  "NOT_FOUND",
  "OFFLINE_REQUEST_INVALID",
  "OFFLINE_CODE_INVALID",
  "OFFLINE_CODE_COOLDOWN",
] as const;
/** A request or release as the device wrote it; longer ones are no such files. */
const FILE = z.string().min(1).max(4_096);
const CODE = z.string().max(64);
const SAID = { class: z.literal("ok"), message: z.string(), activationId: z.string(), jti: z.string() };

/** Devices without a network (OFFLINE.md of src/domain/license). */
export const OFFLINE_OPERATIONS = {
  answerOffline: {
    id: "answerOffline",
    method: "POST",
    path: "/v1/licenses/{id}/offline",
    summary: "An offline file for a device's request; by instance, owner, or whoever holds a handoff code",
    tag: "licenses",
    caller: { kind: "none" },
    params: { id: DECIMAL_ID },
    body: {
      type: "json",
      schema: z.object({ request: FILE, code: CODE.optional() }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: {
      200: z.object({
        code: z.literal("VALID"),
        ...SAID,
        installationId: z.string(),
        file: z.string(),
        fileName: z.string(),
        issuedAt: z.string(),
        expiresAt: z.string(),
      }),
    },
    problems: [
      "PERMISSION_DENIED",
      "INSTANCE_SUSPENDED",
      ...CODE_PROBLEMS,
      "OFFLINE_REFUSED",
      "PRODUCT_MISMATCH",
      "PLUGIN_SUSPENDED",
      "KEY_RETIRED",
      "DEVICE_MISMATCH",
      "DEVICE_CLONED",
      "DEVICE_IN_USE",
      "BUILD_MISMATCH",
      "SEAT_LIMIT",
      "ACTIVATION_BUDGET",
      "STATE_CHANGED",
    ],
  },
  makeOfflineCode: {
    id: "makeOfflineCode",
    method: "POST",
    path: "/v1/licenses/{id}/offline/codes",
    summary: "A handoff code for somebody at the device: one file, fifteen minutes",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: "instance:manage" },
    params: { id: DECIMAL_ID },
    answers: { 201: z.object({ code: z.string(), expiresAt: z.string() }) },
    problems: ["NOT_FOUND", "OFFLINE_REFUSED", "RATE_LIMITED"],
  },
  releaseOffline: {
    id: "releaseOffline",
    method: "POST",
    path: "/v1/licenses/{id}/offline/release",
    summary: "Give an offline seat back with the release file of the device",
    tag: "licenses",
    caller: { kind: "none" },
    params: { id: DECIMAL_ID },
    body: {
      type: "json",
      schema: z.object({ release: FILE, code: CODE.optional() }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: z.object({ code: z.enum(["RELEASED", "ALREADY_RELEASED"]), ...SAID }) },
    problems: ["PERMISSION_DENIED", "INSTANCE_SUSPENDED", ...CODE_PROBLEMS, "DEVICE_PROOF_INVALID"],
  },
} as const satisfies Record<string, Operation>;
