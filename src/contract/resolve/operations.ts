import * as z from "zod";
import { CHANNELS } from "../../domain/manifest/permissions.ts";
import { isRange, parseVersion } from "../../domain/release/version.ts";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";

const NONE = { kind: "none" } as const;
const MAX_ROOTS = 200;
const MAX_LOCKED = 500;

const NAME = z.string().regex(/^[a-z][a-z0-9-]{1,49}$/);
const VERSION = z
  .string()
  .max(64)
  .refine((text) => parseVersion(text) !== null, "must be a version");
const RANGE = z.string().max(100).refine(isRange, "must be a range of versions");
const SHA_256 = z.string().regex(/^[0-9a-f]{64}$/);
const NEEDS = z.record(z.string(), z.string());

const few =
  <T extends Record<string, unknown>>(max: number) =>
  (record: T) =>
    Object.keys(record).length <= max;

const CAPABILITIES = z.object({
  dependencies: NEEDS,
  egress: z.array(z.string()),
  events: z.array(z.string()),
  optionalPermissions: z.array(z.string()),
  permissions: z.array(z.string()),
  publicRoutes: z.array(z.string()),
  readableSecrets: z.array(z.string()),
  schedules: z.array(z.string()),
  secretHosts: z.array(z.string()),
  ui: z.array(z.enum(["page", "settings", "widget"])),
});

const CHOICE = z.object({
  name: z.string(),
  version: z.string(),
  sha256: z.string(),
  channel: z.enum(CHANNELS),
  dependencies: NEEDS,
});

const PLAN = z.object({
  /** Dependencies before whoever needs them. */
  install: z.array(CHOICE),
  update: z.array(CHOICE.extend({ from: z.string() })),
  keep: z.array(CHOICE),
  remove: z.array(z.object({ name: z.string(), version: z.string() })),
  notices: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      state: z.enum(["deprecated", "yanked"]),
      message: z.string(),
      replacement: z.string().nullable(),
    }),
  ),
  closure: z.object({
    capabilities: CAPABILITIES,
    elements: z.array(z.object({ kind: z.string(), value: z.string(), paths: z.array(z.string()) })),
  }),
  closureDigest: z.string(),
});

const INDEX = z.object({
  plugins: z.array(
    z.object({
      name: z.string(),
      state: z.enum(["active", "quarantined"]),
      floor: z.string().nullable().optional(),
      releases: z.array(
        z.object({
          version: z.string(),
          state: z.enum(["published", "deprecated", "yanked", "blocked"]),
          channel: z.enum(CHANNELS),
          sha256: z.string(),
          dependencies: NEEDS,
          minAppVersion: z.string(),
          maxAppVersion: z.string().nullable(),
          notice: z.string().nullable(),
          replacement: z.string().nullable(),
          capabilities: CAPABILITIES,
        }),
      ),
    }),
  ),
});

/** Choosing versions: asked here, or done by oneself over the same documents. */
export const RESOLVE_OPERATIONS = {
  resolvePlugins: {
    id: "resolvePlugins",
    method: "POST",
    path: "/v1/resolve",
    summary: "Choose one version of every plugin that is asked for or needed",
    tag: "plugins",
    caller: NONE,
    body: {
      type: "json",
      schema: z.object({
        appVersion: VERSION,
        roots: z.record(NAME, RANGE).refine(few(MAX_ROOTS), `must be ${MAX_ROOTS} plugins at most`),
        lock: z
          .record(NAME, z.object({ version: VERSION, sha256: SHA_256 }))
          .refine(few(MAX_LOCKED), `must be ${MAX_LOCKED} plugins at most`)
          .optional(),
        channels: z.record(NAME, z.enum(CHANNELS)).refine(few(MAX_LOCKED)).optional(),
        update: z.array(NAME).max(MAX_LOCKED).optional(),
        minimal: z.boolean().optional(),
      }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: PLAN },
    problems: ["resolution_conflict", "resolution_too_complex", "locked_release_blocked"],
  },
  readIndex: {
    id: "readIndex",
    method: "GET",
    path: "/v1/index",
    summary: "Releases of plugins and of all they can lead to, as resolving reads them",
    tag: "plugins",
    caller: NONE,
    query: z.looseObject({
      /** Names, separated by commas. */
      names: z.string().regex(/^[a-z][a-z0-9-]{1,49}(?:,[a-z][a-z0-9-]{1,49}){0,99}$/),
    }),
    answers: { 200: INDEX },
    problems: ["resolution_too_complex"],
  },
} as const satisfies Record<string, Operation>;
