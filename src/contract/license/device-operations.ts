import * as z from "zod";
import type { Scope } from "../../domain/account/scopes.ts";
import { CHOICES } from "../../domain/license/clone.ts";
import { COMMAND_TYPES } from "../../domain/license/device-command.ts";
import { DECIMAL_ID, json, type Operation, optionalJson } from "../operation.ts";
import * as shapes from "./shapes.ts";

const OWN: readonly Scope[] = ["instance:manage"];
const ID_PARAM = { id: DECIMAL_ID };
const IID = /^(?:act_[0-9A-HJKMNP-TV-Z]{20}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/;
const PROOF_PROBLEMS = ["DEVICE_PROOF_REQUIRED", "DEVICE_PROOF_INVALID"] as const;

/** One ping of many: what a ping of its own would answer, or why this one has none. */
export const MANY_ANSWER = shapes.BEAT_ANSWER.partial().extend({
  iid: z.string(),
  status: z.int(),
  code: z.string(),
  class: z.string(),
});

export const MANY_BEATS = z
  .array(shapes.BEAT_BODY.extend({ iid: z.string().regex(IID) }))
  .min(1)
  .max(50);

/** Devices and their seats (README of src/domain/license, Devices). */
export const SEAT_OPERATIONS = {
  beatMany: {
    id: "beatMany",
    method: "POST",
    path: "/v1/heartbeats",
    summary: "Pings of up to 50 installations, answered one by one",
    tag: "installations",
    caller: { kind: "instance", allowsSuspended: true, allowsDevice: true, remembersCaller: true },
    body: json(
      z.object({
        items: MANY_BEATS,
        nonce: shapes.NONCE.optional(),
      }),
    ),
    answers: { 200: z.object({ items: z.array(MANY_ANSWER) }) },
    problems: [...PROOF_PROBLEMS],
  },
  evictInstallation: {
    id: "evictInstallation",
    method: "POST",
    path: "/v1/installations/{iid}/evict",
    summary: "Take one device's seat away; that device alone is told SEAT_EVICTED",
    tag: "installations",
    caller: { kind: "instance_or_account", scope: OWN },
    params: { iid: IID },
    body: { ...json(z.object({ reason: z.string().max(200).optional() })), optional: true },
    answers: { 200: shapes.RELEASED },
    problems: ["NOT_FOUND", "RATE_LIMITED"],
  },
  resolveInstallation: {
    id: "resolveInstallation",
    method: "POST",
    path: "/v1/installations/{iid}/resolve",
    summary:
      "Say what a refused copy of a device is: the device moved, a visitor for two weeks, or a device of its own",
    tag: "installations",
    caller: { kind: "instance", allowsDevice: true },
    params: { iid: IID },
    body: json(
      z.object({
        choice: z.enum(CHOICES),
        deviceKey: shapes.DEVICE_KEY.optional(),
        sealKey: shapes.SEAL_KEY.optional(),
        installationId: z.uuid().optional(),
        grantedPermissions: z.array(z.string().max(64)).max(64).optional(),
        closureDigest: z.string().max(64).optional(),
        nonce: shapes.NONCE.optional(),
      }),
    ),
    answers: { 200: shapes.LEASE_ANSWER },
    problems: [
      ...PROOF_PROBLEMS,
      "NOT_FOUND",
      "REVOKED",
      "SUSPENDED",
      "PLUGIN_SUSPENDED",
      "PAYMENT_REQUIRED",
      "NOT_YET_VALID",
      "EXPIRED",
      "TRIAL_EXPIRED",
      "SEAT_EVICTED",
      "DEVICE_MISMATCH",
      "DEVICE_CLONED",
      "DEVICE_IN_USE",
      "DEVICE_ID_REQUIRED",
      "DEVICE_ID_INVALID",
      "ACTIVATION_REQUIRED",
      "LEASE_LAPSED",
      "BUILD_MISMATCH",
      "VERSION_NOT_ENTITLED",
      "TRIAL_ALREADY_USED",
      "ACTIVATION_BUDGET",
      "SEAT_LIMIT",
      "STATE_CHANGED",
      "device_key_invalid",
      "consent_incomplete",
      "consent_stale",
    ],
  },
  commandInstallation: {
    id: "commandInstallation",
    method: "POST",
    path: "/v1/installations/{iid}/commands",
    summary: "Tell a device something with its next ping, signed, until it acknowledges or a week is over",
    tag: "installations",
    caller: { kind: "instance_or_account", scope: OWN },
    params: { iid: IID },
    body: json(
      z.object({ type: z.enum(COMMAND_TYPES), args: z.record(z.string().max(64), z.string().max(500)).optional() }),
    ),
    answers: { 201: z.object({ n: z.int(), type: z.enum(COMMAND_TYPES), expiresAt: z.string() }) },
    problems: ["NOT_FOUND", "TRANSITION_INVALID"],
  },
  unbindLicense: {
    id: "unbindLicense",
    method: "POST",
    path: "/v1/licenses/{id}/unbind",
    summary: "Free a license from its device, once in 30 days",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: OWN },
    params: ID_PARAM,
    body: optionalJson(z.object({})),
    answers: { 200: shapes.LICENSE },
    problems: ["NOT_FOUND", "TRANSITION_INVALID", "RATE_LIMITED", "STATE_CHANGED"],
  },
  offerTransfer: {
    id: "offerTransfer",
    method: "POST",
    path: "/v1/licenses/{id}/transfer/offer",
    summary: "Offer a license to a user of another instance, for a week; its owner accepts",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: OWN },
    params: ID_PARAM,
    body: json(z.object({ instanceId: shapes.ID, userId: shapes.USER_ID })),
    answers: {
      202: z.object({ licenseId: shapes.ID, instanceId: shapes.ID, userId: z.string(), expiresAt: z.string() }),
    },
    problems: ["NOT_FOUND", "TRANSFER_REFUSED", "STATE_CHANGED"],
  },
  acceptTransfer: {
    id: "acceptTransfer",
    method: "POST",
    path: "/v1/licenses/{id}/transfer/accept",
    summary: "Take an offered license over: unbound, every seat free, under a new key that this answer shows once",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: OWN },
    params: ID_PARAM,
    body: optionalJson(z.object({})),
    answers: { 200: shapes.LICENSE },
    problems: ["NOT_FOUND", "TRANSFER_REFUSED", "ALREADY_LICENSED", "STATE_CHANGED"],
  },
} as const satisfies Record<string, Operation>;
