import * as z from "zod";
import { DECIMAL_ID, json, type Operation, optionalJson } from "../operation.ts";

const ID_PARAM = { id: DECIMAL_ID };
const REASON = json(z.object({ reason: z.string().min(1).max(300) }));
const STANDING = z.object({ id: z.string(), state: z.enum(["active", "suspended"]) });
const DESK = { kind: "account", scope: "desk:accounts" } as const;

/** What the desk takes from an instance or an account, and gives back (README of src/domain/license, Suspended instances). */
export const SUSPENSION_OPERATIONS = {
  suspendInstance: {
    id: "suspendInstance",
    method: "POST",
    path: "/v1/desk/instances/{id}/suspend",
    summary:
      "Stop an instance: its licenses answer INSTANCE_SUSPENDED until it is resumed; repeating it changes nothing",
    tag: "desk",
    caller: DESK,
    params: ID_PARAM,
    body: REASON,
    answers: { 200: STANDING },
    problems: ["NOT_FOUND"],
  },
  resumeInstance: {
    id: "resumeInstance",
    method: "POST",
    path: "/v1/desk/instances/{id}/resume",
    summary: "Let a suspended instance go on; its seats are where they were",
    tag: "desk",
    caller: DESK,
    params: ID_PARAM,
    body: optionalJson(z.object({})),
    answers: { 200: STANDING },
    problems: ["NOT_FOUND"],
  },
  suspendAccount: {
    id: "suspendAccount",
    method: "POST",
    path: "/v1/desk/accounts/{id}/suspend",
    summary: "Stop an account: its tokens, its sessions, and the licenses of the instances it owns",
    tag: "desk",
    caller: DESK,
    params: ID_PARAM,
    body: REASON,
    answers: { 200: STANDING },
    problems: ["NOT_FOUND", "PERMISSION_DENIED"],
  },
  resumeAccount: {
    id: "resumeAccount",
    method: "POST",
    path: "/v1/desk/accounts/{id}/resume",
    summary: "Let a suspended account and its instances go on",
    tag: "desk",
    caller: DESK,
    params: ID_PARAM,
    body: optionalJson(z.object({})),
    answers: { 200: STANDING },
    problems: ["NOT_FOUND"],
  },
} as const satisfies Record<string, Operation>;
