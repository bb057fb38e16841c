import * as z from "zod";
import { HOOK_EVENTS } from "../../domain/release/hook-events.ts";
import { DECIMAL_ID, json, type Operation, optionalJson } from "../operation.ts";

const HOOK = z
  .object({
    id: z.string(),
    publisher: z.string().optional().describe("Absent: the operators' own"),
    url: z.string(),
    events: z.array(z.string()).describe("Empty: all"),
    state: z.enum(["active", "paused"]),
    failures: z.int(),
    pausedAt: z.string().optional(),
    rotatingUntil: z.string().optional(),
    createdAt: z.string(),
  })
  .meta({ id: "Hook" });
const WITH_SECRET = z.object({ ...HOOK.shape, secret: z.string().describe("Shown in this answer only") });
const DELIVERY = z.object({
  id: z.string(),
  sequence: z.int(),
  type: z.string(),
  data: z.looseObject({}),
  state: z.enum(["queued", "sending", "delivered", "dead"]),
  attempts: z.int(),
  lastStatus: z.int().optional(),
  nextAttempt: z.string().optional(),
  createdAt: z.string(),
  deliveredAt: z.string().optional(),
});
const ID = { id: DECIMAL_ID } as const;
const MANAGING = { kind: "account", scope: ["webhook:manage", "desk:review"] } as const;
const EVENTS = z.array(z.enum(HOOK_EVENTS)).max(HOOK_EVENTS.length);
const URL_TEXT = z.string().max(2048);
const NUMBER = z.string().regex(/^[1-9][0-9]{0,14}$/);

/** Webhooks of publishers and operators (README of the releases, Webhooks). */
export const HOOK_OPERATIONS = {
  addHook: {
    id: "addHook",
    method: "POST",
    path: "/v1/publisher-hooks",
    summary: "Be told what happens to a publisher's plugins; without `publisher`, what the desk hears",
    tag: "publishing",
    caller: MANAGING,
    body: json(z.strictObject({ publisher: z.string().max(60).optional(), url: URL_TEXT, events: EVENTS.optional() })),
    answers: { 201: WITH_SECRET },
    problems: ["NOT_FOUND", "url_refused", "quota_hooks"],
  },
  listHooks: {
    id: "listHooks",
    method: "GET",
    path: "/v1/publisher-hooks",
    summary: "The caller's hooks",
    tag: "publishing",
    caller: MANAGING,
    answers: { 200: z.object({ hooks: z.array(HOOK) }) },
    problems: [],
  },
  showHook: {
    id: "showHook",
    method: "GET",
    path: "/v1/publisher-hooks/{id}",
    params: ID,
    summary: "One hook",
    tag: "publishing",
    caller: MANAGING,
    answers: { 200: HOOK },
    problems: [],
  },
  changeHook: {
    id: "changeHook",
    method: "PATCH",
    path: "/v1/publisher-hooks/{id}",
    params: ID,
    summary: "Another address, or other events",
    tag: "publishing",
    caller: MANAGING,
    body: json(z.strictObject({ url: URL_TEXT.optional(), events: EVENTS.optional() })),
    answers: { 200: HOOK },
    problems: ["url_refused"],
  },
  removeHook: {
    id: "removeHook",
    method: "DELETE",
    path: "/v1/publisher-hooks/{id}",
    params: ID,
    summary: "Tell this address no more",
    tag: "publishing",
    caller: MANAGING,
    answers: { 200: z.object({ id: z.string() }) },
    problems: [],
  },
  rotateHook: {
    id: "rotateHook",
    method: "POST",
    path: "/v1/publisher-hooks/{id}/rotate",
    params: ID,
    summary: "A new secret; the one before signs beside it for a day",
    tag: "publishing",
    caller: MANAGING,
    body: optionalJson(z.strictObject({})),
    answers: { 200: WITH_SECRET },
    problems: [],
  },
  resumeHook: {
    id: "resumeHook",
    method: "POST",
    path: "/v1/publisher-hooks/{id}/resume",
    params: ID,
    summary: "A hook that twenty failures paused goes on",
    tag: "publishing",
    caller: MANAGING,
    body: optionalJson(z.strictObject({})),
    answers: { 200: HOOK },
    problems: [],
  },
  listHookDeliveries: {
    id: "listHookDeliveries",
    method: "GET",
    path: "/v1/publisher-hooks/{id}/deliveries",
    params: ID,
    summary: "What was sent to a hook, newest first; `state=dead` are the dead letters",
    tag: "publishing",
    caller: MANAGING,
    query: z.looseObject({ before: NUMBER.optional(), state: z.enum(["queued", "delivered", "dead"]).optional() }),
    answers: { 200: z.object({ deliveries: z.array(DELIVERY), before: z.int().optional() }) },
    problems: [],
  },
  replayHookDelivery: {
    id: "replayHookDelivery",
    method: "POST",
    path: "/v1/publisher-hooks/{id}/deliveries/{delivery}/replay",
    params: { id: DECIMAL_ID, delivery: DECIMAL_ID },
    summary: "Send a message again, under its id and sequence",
    tag: "publishing",
    caller: MANAGING,
    body: optionalJson(z.strictObject({})),
    answers: { 202: z.object({ queued: z.int() }) },
    problems: [],
  },
  replayHook: {
    id: "replayHook",
    method: "POST",
    path: "/v1/publisher-hooks/{id}/replay",
    params: ID,
    summary: "Send every message from a sequence on again, at most 500",
    tag: "publishing",
    caller: MANAGING,
    body: json(z.strictObject({ fromSequence: z.int().min(1) })),
    answers: { 202: z.object({ queued: z.int() }) },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
