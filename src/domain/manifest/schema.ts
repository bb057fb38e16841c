import * as z from "zod";
import { isRange, parseVersion, VERSION_LIMITS } from "../release/version.ts";
import { isLicenseExpression } from "./license.ts";
import {
  EGRESS_LIST,
  EMITS,
  EVENT_LIST,
  PERMISSION_LIST,
  PLUGIN_NAME,
  PRICING,
  PUBLISHER_HANDLE,
  ROUTE_LIST,
  SCHEDULE_LIST,
  UI,
} from "./parts.ts";
import { CATEGORIES, CHANNELS, PLUGIN_TYPES } from "./permissions.ts";
import { SETTINGS } from "./settings.ts";
import { EMAIL, HTTPS_URL, isAscending, isEmail, isHttpsUrl, line, pattern } from "./text.ts";

const VERSION = z
  .string()
  .max(VERSION_LIMITS.maxChars)
  .refine((text) => parseVersion(text) !== null, "must be a SemVer version without build metadata");

const SOURCE = z.strictObject({
  repository: HTTPS_URL,
  commit: pattern(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 64),
  directory: pattern(/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/, 200).exactOptional(),
});

const FILE = z.strictObject({
  sha256: pattern(/^[0-9a-f]{64}$/, 64),
  size: z.int().min(0),
});

/** Every field of `manifest.json` (README, Fields). Closed: what is not here is refused at every level. */
export const MANIFEST = z.strictObject({
  formatVersion: z.literal(1),
  name: PLUGIN_NAME,
  version: VERSION,
  publisher: PUBLISHER_HANDLE,
  displayName: line(3, 100),
  description: line(20, 300),
  type: z.enum(PLUGIN_TYPES),
  category: z.enum(CATEGORIES),
  tags: z
    .array(pattern(/^[a-z0-9][a-z0-9-]{1,29}$/, 30))
    .max(10)
    .refine(isAscending, "must be sorted, each once")
    .default([]),
  license: z.string().max(256).refine(isLicenseExpression, "must be an SPDX expression or LicenseRef-Proprietary"),
  channel: z.enum(CHANNELS),
  minAppVersion: VERSION,
  maxAppVersion: VERSION.exactOptional(),
  repository: HTTPS_URL.exactOptional(),
  homepage: HTTPS_URL.exactOptional(),
  support: z
    .strictObject({ url: HTTPS_URL.exactOptional(), email: EMAIL.exactOptional() })
    .refine((support) => support.url !== undefined || support.email !== undefined, "needs url or email"),
  security: z
    .string()
    .max(300)
    .refine((text) => isHttpsUrl(text) || isEmail(text), "must be an e-mail address or https URL"),
  source: SOURCE.exactOptional(),
  icon: z.literal("icons/icon.png").exactOptional(),
  screenshots: z
    .array(
      z.strictObject({
        file: pattern(/^screenshots\/[A-Za-z0-9_][A-Za-z0-9._-]*\.(?:png|jpg)$/, 200),
        alt: line(10, 200),
      }),
    )
    .max(8)
    .default([]),
  permissions: PERMISSION_LIST,
  events: EVENT_LIST.default([]),
  emits: EMITS.default([]),
  routes: ROUTE_LIST.default([]),
  schedules: SCHEDULE_LIST.default([]),
  ui: UI.exactOptional(),
  settings: SETTINGS.exactOptional(),
  egress: EGRESS_LIST,
  dependencies: z
    .record(PLUGIN_NAME, z.string().refine(isRange, "must be an npm range"))
    .refine((map) => Object.keys(map).length <= 16, "at most 16"),
  pricing: PRICING,
  trialDays: z.int().min(0).max(90),
  changes: z.array(line(3, 200)).min(1).max(20),
  build: z.strictObject({
    encoder: pattern(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/, 64),
    sdk: VERSION.exactOptional(),
  }),
  files: z.record(z.string(), FILE).refine((map) => Object.keys(map).length <= 1023, "at most 1023"),
});

/** A manifest whose fields are sound, with defaults filled in. The bytes keep what the author wrote. */
export type Manifest = z.output<typeof MANIFEST>;
