import * as z from "zod";
import { MANY_ANSWER, MANY_BEATS } from "../license/device-operations.ts";
import { ID, NONCE } from "../license/shapes.ts";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";
import { INSTALLED_PLUGIN, UPDATE, UPDATE_DECISIONS } from "../update/operations.ts";
import { ACTION, ACTION_RESULT } from "./run-operations.ts";

const PLACE = z.string().regex(/^[0-9]{1,15}$/, "a cursor");
const NOTE = z.object({ pluginId: ID, name: z.string(), version: z.string(), code: z.string() });

/** One call for an instance that nobody can call (README of src/domain/execution, Pull mode). */
export const PING_OPERATIONS = {
  pingInstance: {
    id: "pingInstance",
    method: "POST",
    path: "/v1/instances/ping",
    summary:
      "Everything that is otherwise pushed: updates, what was stopped, webhooks in order, actions; with pings and acknowledgements",
    tag: "instances",
    caller: { kind: "instance" },
    body: {
      type: "json",
      schema: z.object({
        appVersion: z.string().max(64).optional(),
        installed: z
          .array(INSTALLED_PLUGIN.omit({ name: true }).extend({ pluginId: ID, version: z.string().max(64) }))
          .max(500)
          .optional(),
        heartbeats: MANY_BEATS.optional(),
        nonce: NONCE.optional(),
        since: z
          .object({
            webhooks: PLACE.optional().describe("The last cursor, or 0; without it what is still owed comes"),
            revocations: z.int().min(0).optional().describe("The epoch held; 0: the whole signed list"),
          })
          .optional(),
        acks: z
          .object({
            webhooks: PLACE.optional().describe(
              "The cursor up to which all were applied; they are not pushed any more",
            ),
            actions: z.array(ACTION_RESULT).max(50).optional(),
          })
          .optional(),
      }),
      maxBytes: MAX_JSON_BYTES,
      optional: true,
    },
    answers: {
      200: z.object({
        checkedAt: z.string(),
        nextPingSeconds: z.int(),
        heartbeats: z.array(MANY_ANSWER),
        updates: z.array(UPDATE.extend({ pluginId: ID })),
        held: UPDATE_DECISIONS.shape.held,
        stops: UPDATE_DECISIONS.shape.actions,
        revoked: z.array(NOTE),
        notices: z.array(NOTE),
        revocations: z.string().optional().describe("The signed list, as `GET /v1/licenses/revocations` answers it"),
        webhooks: z.object({
          events: z.array(
            z.object({
              id: z.string(),
              event: z.string(),
              data: z.record(z.string(), z.json()),
              createdAt: z.string(),
              sequence: z.int().optional(),
            }),
          ),
          cursor: PLACE.optional(),
          more: z.boolean(),
        }),
        actions: z.array(ACTION),
        acknowledged: z.object({ webhooks: z.int(), actions: z.array(z.string()) }),
      }),
    },
    problems: ["DEVICE_PROOF_INVALID"],
  },
} as const satisfies Record<string, Operation>;
