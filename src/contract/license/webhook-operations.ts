import * as z from "zod";
import type { Scope } from "../../domain/account/scopes.ts";
import { LICENSE_EVENT_KINDS } from "../../domain/license/webhook-kinds.ts";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";
import { ID } from "./shapes.ts";

const HOOKS: readonly Scope[] = ["webhook:manage", "instance:manage", "license:issue"];

const DELIVERY = z.object({
  id: ID,
  eventId: z.string(),
  event: z.string(),
  licenseId: ID.optional(),
  subjectId: ID.optional(),
  sequence: z.int().optional(),
  state: z.enum(["queued", "sending", "delivered", "dead"]),
  attempts: z.int(),
  lastStatus: z.int().optional(),
  nextAttempt: z.string().optional(),
  createdAt: z.string(),
  deliveredAt: z.string().optional(),
});
const SUBSCRIBER = z.object({
  id: ID,
  publisherId: ID.optional(),
  instanceId: ID.optional(),
  url: z.string(),
  events: z.array(z.string()).describe("Empty: all"),
  state: z.enum(["active", "paused"]),
  refusals: z.int(),
  pausedAt: z.string().optional(),
  createdAt: z.string(),
});

/** Webhooks that were sent to an instance, and subscribers to license events (README of src/domain/license, Webhooks). */
export const WEBHOOK_OPERATIONS = {
  listDeliveries: {
    id: "listDeliveries",
    method: "GET",
    path: "/v1/instances/{id}/deliveries",
    summary: "Webhooks of an instance, newest first",
    tag: "instances",
    caller: { kind: "instance_or_account", scope: ["instance:manage", "desk:accounts"] },
    params: { id: DECIMAL_ID },
    query: z.object({ before: ID.optional() }),
    answers: { 200: z.object({ data: z.array(DELIVERY), next: ID.optional() }) },
    problems: ["VALIDATION_ERROR", "NOT_FOUND"],
  },
  replayDelivery: {
    id: "replayDelivery",
    method: "POST",
    path: "/v1/instances/{id}/deliveries/{delivery}/replay",
    summary: "Send a webhook again under its id and sequence; a paused hook goes on",
    tag: "instances",
    caller: { kind: "instance_or_account", scope: ["instance:manage", "desk:accounts"] },
    params: { id: DECIMAL_ID, delivery: DECIMAL_ID },
    answers: { 202: DELIVERY },
    problems: ["NOT_FOUND"],
  },
  subscribe: {
    id: "subscribe",
    method: "POST",
    path: "/v1/webhooks",
    summary:
      "Have license events of a publisher's plugins or of an instance sent to an address; the secret is shown once",
    tag: "licenses",
    caller: { kind: "account", scope: HOOKS },
    body: {
      type: "json",
      schema: z.object({
        publisher: z.string().max(64).optional(),
        instanceId: ID.optional(),
        url: z.string().max(2048),
        events: z.array(z.enum(LICENSE_EVENT_KINDS)).max(LICENSE_EVENT_KINDS.length).optional(),
      }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 201: SUBSCRIBER.extend({ secret: z.string() }) },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "NOT_FOUND", "url_refused"],
  },
  listSubscribers: {
    id: "listSubscribers",
    method: "GET",
    path: "/v1/webhooks",
    summary: "Subscribers of the caller's publishers, or of the instance it names",
    tag: "licenses",
    caller: { kind: "account", scope: HOOKS },
    query: z.object({ instanceId: ID.optional() }),
    answers: { 200: z.object({ data: z.array(SUBSCRIBER) }) },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "VALIDATION_ERROR", "NOT_FOUND"],
  },
  resumeSubscriber: {
    id: "resumeSubscriber",
    method: "POST",
    path: "/v1/webhooks/{id}/resume",
    summary: "Let a paused subscriber hear again, beginning with what it missed",
    tag: "licenses",
    caller: { kind: "account", scope: HOOKS },
    params: { id: DECIMAL_ID },
    answers: { 200: SUBSCRIBER },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "NOT_FOUND"],
  },
  unsubscribe: {
    id: "unsubscribe",
    method: "DELETE",
    path: "/v1/webhooks/{id}",
    summary: "End a subscription; what it is still owed is dropped",
    tag: "licenses",
    caller: { kind: "account", scope: HOOKS },
    params: { id: DECIMAL_ID },
    answers: { 200: SUBSCRIBER },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "NOT_FOUND"],
  },
} as const satisfies Record<string, Operation>;
