import * as z from "zod";
import { ALL, MAX_STEPS, ROLLOUT_STATES } from "../../domain/update/rollout.ts";
import { DECIMAL_ID, json, type Operation } from "../operation.ts";

const VERSION_PARAMS = { id: DECIMAL_ID, v: /^[0-9][0-9A-Za-z.-]{0,63}$/ } as const;
const REASON = z.string().trim().min(10).max(500);
const STEP = z.object({
  after: z.int().min(0).max(31_536_000).describe("Seconds after the start"),
  basisPoints: z.int().min(0).max(ALL).describe("Share of instances, of 10,000"),
});

const ROLLOUT = z.object({
  name: z.string(),
  version: z.string(),
  state: z.enum(ROLLOUT_STATES),
  startsAt: z.string(),
  steps: z.array(STEP),
  least: z.int().describe("What few installations raise every step to, of 10,000"),
  basisPoints: z.int().describe("Served now"),
  nextStepAt: z.string().nullable(),
  reason: z.string().nullable(),
  halt: z
    .object({
      rule: z.enum(["failures", "errors", "departures"]),
      updated: z.int(),
      counted: z.int(),
      share: z.int().describe("In hundredths of a percent"),
      before: z.int().optional(),
    })
    .nullable()
    .describe("What stopped it by itself"),
  alive: z.int(),
  floor: z.string().nullable().describe("Of the plugin: below it nothing is installed"),
  updated: z.int().describe("Instances that moved to it"),
});

/** How a release reaches automatic updates (src/domain/update/README.md). */
export const ROLLOUT_OPERATIONS = {
  showRollout: {
    id: "showRollout",
    method: "GET",
    path: "/v1/plugins/{id}/versions/{v}/rollout",
    params: VERSION_PARAMS,
    summary: "How a release is served to automatic updates",
    tag: "plugins",
    caller: { kind: "none" },
    answers: { 200: ROLLOUT },
    problems: ["release_not_found"],
  },
  changeRollout: {
    id: "changeRollout",
    method: "PATCH",
    path: "/v1/plugins/{id}/versions/{v}/rollout",
    params: VERSION_PARAMS,
    summary: "Slow a rollout down, pause it, go on; faster than the default only the desk",
    tag: "publishing",
    caller: { kind: "account", scope: ["release:publish", "desk:review"] },
    body: json(
      z.union([
        z.strictObject({ steps: z.array(STEP).min(1).max(MAX_STEPS), reason: REASON.optional() }),
        z.strictObject({ state: z.enum(["active", "paused"]), reason: REASON.optional() }),
      ]),
    ),
    answers: { 200: ROLLOUT },
    problems: ["release_not_found", "PERMISSION_DENIED", "rollout_faster", "rollout_reason", "state_conflict"],
  },
} as const satisfies Record<string, Operation>;
