import * as z from "zod";
import { ACTION_TYPES } from "../../domain/license/actions.ts";
import { CHOICES } from "../../domain/license/clone.ts";
import { KEY_PURPOSES } from "../../domain/license/keyset.ts";
import { ENVIRONMENTS } from "../../domain/license/license.ts";
import { TIERS } from "../../domain/manifest/permissions.ts";
import { DECIMAL_ID } from "../operation.ts";

export const ID = z.string().regex(DECIMAL_ID);
/** The instance's own user id. */
export const USER_ID = z.string().regex(/^[\x21-\x7e]{1,64}$/);
export const TIER = z.enum(TIERS);
/** Never bounded in length here: the key parser refuses what is too long, before any read. */
export const LICENSE_KEY = z.string();
export const HARDWARE_ID = z.string().max(255);
/** base64url of 16 to 32 bytes. */
export const NONCE = z.string().regex(/^[A-Za-z0-9_-]{22,43}$/);
export const VERSION = z.string().min(1).max(64);
const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);
const LIMIT = z.int().min(-1).max(2_147_483_647);
const TEXT = z.string().max(200);

/** What is agreed beside the limits of a tier (README, Terms). */
export const PLAN_TERMS = z.object({
  autoRenew: z.boolean().optional(),
  renewalBasis: z.enum(["later", "expiry", "now"]).optional(),
  fallback: z.boolean().optional(),
  overage: z.number().min(1).max(2).optional(),
  seatMode: z.enum(["node", "floating"]).optional(),
  seatScope: z.enum(["license", "user"]).optional(),
  uniqueness: z.enum(["license", "plugin"]).optional(),
});
export const DAYS = z.int().min(1).max(3650);

export const PLAN_BODY = z.object({
  type: TIER,
  days: DAYS.optional().describe("The sold term of a converted trial; none is open-ended"),
  terms: PLAN_TERMS.optional(),
});

export const ISSUE_BODY = z.object({
  pluginId: ID,
  userId: USER_ID,
  type: TIER,
  instanceId: ID.optional(),
  env: z.enum(["live", "test"]).optional().describe("`test`, from the plugin's publisher only: leases say `sim`"),
  startsAt: z.iso.datetime({ offset: true }).optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  hardwareId: HARDWARE_ID.min(1).optional(),
  maxInstalls: LIMIT.optional(),
  terms: PLAN_TERMS.extend({ days: DAYS.optional(), expiryBasis: z.enum(["issue", "first_activation"]).optional() })
    .optional()
    .describe("Taken from the plugin's publisher only"),
  usageLimits: z
    .object({
      apiCalls: LIMIT.optional(),
      storage: LIMIT.optional(),
      users: LIMIT.optional(),
      features: z.array(TEXT).max(50).optional(),
    })
    .optional(),
});

/** Lenient on purpose: the host drops a license on any non-2xx, so only a wrong type is refused. */
export const VERIFY_BODY = z.object({
  licenseKey: LICENSE_KEY,
  pluginId: z.string(),
  hardwareId: z.string(),
  timestamp: z.union([z.number(), z.string()]).optional(),
  signature: z.string().optional(),
});

export const DEVICE_KEY = z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string().max(64) });
export const SEAL_KEY = z.object({ kty: z.literal("OKP"), crv: z.literal("X25519"), x: z.string().max(64) });

export const ACTIVATE_BODY = z.object({
  licenseKey: LICENSE_KEY.optional(),
  licenseId: ID.optional(),
  pluginId: ID,
  hardwareId: HARDWARE_ID.optional(),
  version: VERSION,
  bundleSha256: DIGEST.optional(),
  nonce: NONCE.optional(),
  env: z.enum(ENVIRONMENTS).optional(),
  origin: TEXT.optional(),
  deviceKey: DEVICE_KEY.optional(),
  sealKey: SEAL_KEY.optional(),
  components: z.array(z.string()).max(64).optional().describe("What the machine is made of: at most 16 texts"),
  userId: USER_ID.optional().describe("Whose seat it is, where seats are counted by user"),
  replace: z.string().max(64).optional().describe("An installation of the license that is released first"),
  resolve: z.enum(CHOICES).optional(),
  installationId: z.uuid().optional(),
  grantedPermissions: z.array(z.string().max(64)).max(64).optional(),
  closureDigest: z.string().max(64).optional(),
  appVersion: TEXT.optional(),
  label: TEXT.optional(),
});

export const VALIDATE_BODY = z.object({
  licenseKey: LICENSE_KEY.optional(),
  licenseId: ID.optional(),
  pluginId: ID,
  hardwareId: HARDWARE_ID.optional(),
  installationId: z.uuid().optional(),
  version: VERSION.optional(),
  bundleSha256: DIGEST.optional(),
  entitlements: z.array(z.string().max(64)).max(64).optional(),
  nonce: NONCE.optional(),
});

export const REFRESH_BODY = z.object({ jti: TEXT.optional(), nonce: NONCE.optional() });

/** All optional: released hosts ping with an empty body. */
export const BEAT_BODY = z.object({
  version: TEXT.optional(),
  status: TEXT.optional(),
  usage: z.record(z.string(), z.unknown()).optional(),
  appVersion: TEXT.optional(),
  jti: TEXT.optional(),
  acks: z.array(z.int().min(1)).max(50).optional().describe("Numbers of commands that were run"),
  lease: z.string().max(16_384).optional().describe("The whole lease held"),
  seen: z.string().max(4_096).optional().describe("The verdict of the last reply"),
  nonce: NONCE.optional(),
});

export const LICENSE = z.object({
  id: ID,
  licenseKey: z.string().optional().describe("Only to the instance the license belongs to, and at issue"),
  pluginId: ID,
  userId: z.string(),
  type: z.enum(["trial", "basic", "premium", "enterprise"]),
  status: z.enum(["active", "expired", "revoked", "suspended"]),
  expiresAt: z.string().optional(),
  hardwareId: z.string().optional(),
  maxInstalls: z.int().describe("-1 is unlimited"),
  currentInstalls: z.int(),
  uuid: z.string(),
  tier: TIER,
  issuedAt: z.string(),
  lastVerified: z.string().optional(),
  keyHint: z.string().optional(),
  usageLimits: z
    .object({ apiCalls: z.int(), storage: z.int(), users: z.int(), features: z.array(z.string()) })
    .optional()
    .describe("Only where one license is shown; -1 is unlimited"),
  usageData: z.object({ apiCalls: z.number(), storage: z.number() }).optional(),
});

/** What a verdict adds to its code: absent where the code says it all. */
const VERDICT_FACTS = {
  checkoutUrl: z.string().optional(),
  newestEntitled: z.string().optional(),
  startsAt: z.string().optional(),
  endsAt: z.string().optional(),
  endedAt: z.string().optional(),
  graceUntil: z.string().optional(),
  daysLeft: z.int().optional(),
  reason: z.string().optional(),
  why: z.string().optional(),
  missing: z.array(z.string()).optional(),
};

/** One license in full. */
export const LICENSE_DETAIL = LICENSE.extend({
  usageLimits: z.object({ apiCalls: z.int(), storage: z.int(), users: z.int(), features: z.array(z.string()) }),
  usageData: z.object({ apiCalls: z.int(), storage: z.int() }),
});

const SEEN_LICENSE = z.object({ status: z.string(), type: z.string(), expiresAt: z.string().optional() });
/** What a standing right says of its end. */
const STANDING = {
  endsAt: z.string().optional(),
  graceUntil: z.string().optional(),
  daysLeft: z.int().optional(),
};
const CODE_CLASS = z.enum(["ok", "conclusive", "action", "retryable"]);

export const VERIFY_ANSWER = z.object({
  valid: z.boolean(),
  license: LICENSE.optional(),
  error: z.string().optional(),
  code: z.string(),
  lease: z.string().optional(),
  warnings: z.array(z.string()).optional(),
  offline: z.boolean().optional().describe("The database is away; this is what it said last"),
});

/** What somebody may do about a refusal. */
export const ACTION = z.object({ type: z.enum(ACTION_TYPES), url: z.string().optional() });

export const LEASE_ANSWER = z.object({
  ...VERDICT_FACTS,
  code: z.string(),
  class: CODE_CLASS,
  message: z.string(),
  activationId: z.string(),
  installationId: z.string(),
  lease: z.string(),
  seat: z.object({ class: z.enum(["paid", "dev"]), overage: z.boolean(), generation: z.int() }).optional(),
  license: SEEN_LICENSE,
  refreshAfter: z.string(),
  validUntil: z.string(),
  nextHeartbeatSeconds: z.int(),
  warnings: z.array(z.string()),
  ...STANDING,
});

export const VALIDATE_ANSWER = z.object({
  ...VERDICT_FACTS,
  code: z.string(),
  class: CODE_CLASS,
  status: z.int(),
  license: z.object({ status: z.string(), type: z.string() }).optional(),
  reason: z.string().optional(),
  startsAt: z.string().optional(),
  endedAt: z.string().optional(),
  newestEntitled: z.string().optional(),
  warnings: z.array(z.string()).optional(),
  missing: z.array(z.string()).optional(),
  actions: z.array(ACTION).optional(),
  sim: z.boolean().optional(),
  why: z.string().optional(),
  ...STANDING,
  serverTime: z.string(),
  verdict: z.string(),
});

export const BEAT_ANSWER = z.object({
  installationId: z.string(),
  activationId: z.string(),
  lastHeartbeat: z.string(),
  nextHeartbeatSeconds: z.int(),
  license: z.object({ status: z.string(), expiresAt: z.string().optional(), valid: z.boolean() }),
  commands: z.array(z.string()).describe("Signed; each is run once, in the order of n"),
  warnings: z.array(z.string()).optional(),
  code: z.string(),
  class: CODE_CLASS,
  lease: z.string().optional(),
  verdict: z.string().optional(),
});

export const INSTALLATION = z.object({
  id: z.string(),
  activationId: z.string(),
  installationId: z.string(),
  pluginId: ID,
  pluginName: z.string(),
  licenseId: ID,
  userId: z.string(),
  hardwareId: z.string().optional(),
  version: z.string(),
  status: z.enum(["active", "inactive", "uninstalled"]),
  isLive: z.boolean(),
  lastHeartbeat: z.string(),
  installedAt: z.string(),
  uninstalledAt: z.string().optional(),
  leaseUntil: z.string(),
  seat: z.object({ class: z.enum(["paid", "dev"]), overage: z.boolean(), generation: z.int() }),
  license: SEEN_LICENSE,
});

export const RELEASED = z.object({
  code: z.enum(["RELEASED", "ALREADY_RELEASED"]),
  class: z.literal("ok"),
  activationId: z.string(),
  installationId: z.string(),
  status: z.literal("uninstalled"),
  uninstalledAt: z.string(),
});

export const JWKS = z.object({
  keys: z.array(
    z.object({
      kty: z.literal("OKP"),
      crv: z.literal("Ed25519"),
      x: z.string(),
      kid: z.string(),
      use: z.literal("sig"),
      alg: z.literal("EdDSA"),
      rbsm_purpose: z.enum(KEY_PURPOSES),
    }),
  ),
});
