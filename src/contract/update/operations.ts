import * as z from "zod";
import { CHANNELS } from "../../domain/manifest/permissions.ts";
import { parseVersion } from "../../domain/release/version.ts";
import { UPDATE_ACTIONS } from "../../domain/update/actions.ts";
import { HOLD_REASONS, UPDATE_KINDS } from "../../domain/update/decide.ts";
import { NOTICE_CODES } from "../../domain/update/notices.ts";
import { MAX_COOLDOWN_DAYS } from "../../domain/update/rollout.ts";
import { json, type Operation } from "../operation.ts";

const INSTANCE = { kind: "instance" } as const;
export const MAX_CHECKED = 500;

const NAME = z.string().regex(/^[a-z][a-z0-9-]{1,49}$/);
const VERSION = z
  .string()
  .max(64)
  .refine((text) => parseVersion(text) !== null, "must be a version");
const NAMED = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,49}@.{1,64}$/)
  .refine((text) => parseVersion(text.slice(text.indexOf("@") + 1)) !== null, "must be name@version");
const SHA_256 = z.string().regex(/^[0-9a-f]{64}$/);
const SHARE = z.int().min(0).max(10_000);

/** Also what a ping tells of updates (`contract/execution/ping-operations.ts`). */
export const INSTALLED_PLUGIN = z.object({
  name: NAME,
  version: VERSION,
  sha256: SHA_256.optional().describe("Of the bundle that runs; another than the published one is repaired"),
  channel: z.enum(CHANNELS).optional(),
  closureDigest: SHA_256.optional().describe("What was consented to last"),
  auto: z.boolean().optional(),
  cooldownDays: z.int().min(0).max(MAX_COOLDOWN_DAYS).optional().describe("The operator's own; a day at least"),
});

export const UPDATE = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  reason: z.enum(UPDATE_KINDS),
  auto: z.boolean(),
  consent: z.object({
    needed: z.boolean(),
    added: z.array(z.object({ kind: z.string(), value: z.string(), via: z.string() })),
    closureDigest: z.string(),
  }),
  size: z.int(),
  release: z.object({ sha256: z.string(), publication: z.int(), publishedAt: z.string() }),
  advisory: z.string().optional(),
  rollout: z.object({ basisPoints: SHARE, bucket: z.int().min(0).max(9_999) }),
});

export const UPDATE_DECISIONS = z.object({
  updates: z.array(UPDATE),
  held: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      until: z.string().nullable(),
      why: z.enum(HOLD_REASONS),
      by: z.array(z.string()).optional().describe("Plugins that need an older version"),
    }),
  ),
  actions: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      action: z.enum(UPDATE_ACTIONS),
      code: z.string(),
      replacement: z.string().optional(),
    }),
  ),
  notices: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      code: z.enum(NOTICE_CODES),
      message: z.string(),
      replacement: z.string().optional(),
    }),
  ),
});

const ANSWER = UPDATE_DECISIONS.extend({
  checkedAt: z.string(),
  nextCheckSeconds: z.int(),
  seen: z.object({ timestamp: z.int().nullable(), revocations: z.int() }),
});

/** One question for all plugins of an instance (src/domain/update/README.md). */
export const UPDATE_OPERATIONS = {
  checkUpdates: {
    id: "checkUpdates",
    method: "POST",
    path: "/v1/updates",
    summary: "What an instance should do about its plugins: updates, holds, stops, notices",
    tag: "instances",
    caller: INSTANCE,
    body: json(
      z.object({
        appVersion: z.string().max(64).optional(),
        seen: z
          .object({ timestamp: z.int().min(0).nullable().optional(), revocations: z.int().min(0).optional() })
          .optional()
          .describe("Versions of the signed documents that the caller holds"),
        plugins: z.array(INSTALLED_PLUGIN).max(MAX_CHECKED),
      }),
    ),
    answers: { 200: ANSWER },
    problems: ["resolution_too_complex"],
  },
  showUpdates: {
    id: "showUpdates",
    method: "GET",
    path: "/v1/updates",
    summary: "The same for small clients: `plugin=name@version`, once for each",
    tag: "instances",
    caller: INSTANCE,
    query: z.looseObject({
      appVersion: z.string().max(64).optional(),
      plugin: z.union([NAMED, z.array(NAMED).max(50)]).describe("name@version, once for each"),
    }),
    answers: { 200: ANSWER },
    problems: ["resolution_too_complex"],
  },
} as const satisfies Record<string, Operation>;
