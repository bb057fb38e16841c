import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { KEY_PURPOSES, REVOKE_MODES } from "../../domain/license/keyset.ts";
import { ENVIRONMENTS, STORED_STATES } from "../../domain/license/license.ts";
import { REVOCATION_KINDS, REVOCATION_WHATS } from "../../domain/license/revocation.ts";
import { TIERS } from "../../domain/manifest/permissions.ts";

/** Licenses and installations, equal to the migrations; -1 is unlimited, every *_at and *_until is Unix seconds. */
export const licenses = sqliteTable("licenses", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  uuid: text("uuid").notNull(),
  instanceId: integer("instance_id").notNull(),
  pluginId: integer("plugin_id").notNull(),
  publisherId: integer("publisher_id").notNull(),
  userId: text("user_id").notNull(),
  orderId: text("order_id"),
  env: text("env", { enum: ["live", "test"] })
    .notNull()
    .default("live"),
  type: text("type", { enum: TIERS }).notNull(),
  state: text("state", { enum: STORED_STATES }).notNull(),
  stateReason: text("state_reason"),
  issuedAt: integer("issued_at").notNull(),
  startsAt: integer("starts_at").notNull(),
  expiresAt: integer("expires_at"),
  graceUntil: integer("grace_until"),
  cancelAt: integer("cancel_at"),
  expiryBasis: text("expiry_basis", { enum: ["issue", "first_activation"] })
    .notNull()
    .default("issue"),
  durationS: integer("duration_s"),
  renewalBasis: text("renewal_basis", { enum: ["later", "expiry", "now"] })
    .notNull()
    .default("later"),
  autoRenew: integer("auto_renew").notNull().default(0),
  fallback: integer("fallback").notNull().default(0),
  fallbackUntil: integer("fallback_until"),
  maxInstalls: integer("max_installs").notNull(),
  seatCap: integer("seat_cap").notNull(),
  seatMode: text("seat_mode", { enum: ["node", "floating"] })
    .notNull()
    .default("node"),
  seatScope: text("seat_scope", { enum: ["license", "user"] })
    .notNull()
    .default("license"),
  uniqueness: text("uniqueness", { enum: ["license", "plugin"] })
    .notNull()
    .default("license"),
  devSeats: integer("dev_seats").notNull(),
  leaseTtl: integer("lease_ttl").notNull().default(604800),
  refreshS: integer("refresh_s").notNull().default(86400),
  reviveWindow: integer("revive_window").notNull().default(604800),
  offlineDays: integer("offline_days").notNull().default(0),
  hardwareId: text("hardware_id"),
  drift: text("drift", { enum: ["strict", "majority", "loose"] })
    .notNull()
    .default("majority"),
  activationBudget: integer("activation_budget").notNull().default(20),
  shrinkAt: integer("shrink_at"),
  pendingChange: text("pending_change"),
  epoch: integer("epoch").notNull().default(1),
  rev: integer("rev").notNull().default(1),
  lastOp: text("last_op").notNull().default(""),
  lastVerifiedAt: integer("last_verified_at"),
  metadata: text("metadata"),
  billingGraceS: integer("billing_grace_s").notNull().default(0),
  suspendedAt: integer("suspended_at"),
  trialExtended: integer("trial_extended").notNull().default(0),
  expiringFor: integer("expiring_for"),
  expiredFor: integer("expired_for"),
});

export const licenseKeys = sqliteTable("license_keys", {
  keyHash: text("key_hash").primaryKey(),
  licenseId: integer("license_id").notNull(),
  kind: text("kind", { enum: ["live", "test", "legacy"] }).notNull(),
  pepperV: integer("pepper_v").notNull(),
  hint: text("hint").notNull(),
  sealed: text("sealed"),
  state: text("state", { enum: ["current", "overlap", "retired"] }).notNull(),
  validUntil: integer("valid_until"),
  serial: integer("serial").notNull().default(1),
  eraseAt: integer("erase_at"),
});

export const licenseLimits = sqliteTable(
  "license_limits",
  {
    licenseId: integer("license_id").notNull(),
    metric: text("metric").notNull(),
    cap: integer("cap").notNull(),
  },
  (table) => [primaryKey({ columns: [table.licenseId, table.metric] })],
);

export const licenseEntitlements = sqliteTable(
  "license_entitlements",
  {
    licenseId: integer("license_id").notNull(),
    code: text("code").notNull(),
    source: text("source", { enum: ["tier", "addon", "override"] }).notNull(),
    value: text("value"),
    startsAt: integer("starts_at"),
    endsAt: integer("ends_at"),
  },
  (table) => [primaryKey({ columns: [table.licenseId, table.code] })],
);

export const usageCounters = sqliteTable(
  "usage_counters",
  {
    licenseId: integer("license_id").notNull(),
    metric: text("metric").notNull(),
    period: text("period").notNull(),
    used: integer("used").notNull(),
    lastOp: text("last_op").notNull().default(""),
    lastAdd: integer("last_add").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.licenseId, table.metric, table.period] })],
);

export const activations = sqliteTable("activations", {
  id: text("id").primaryKey(),
  licenseId: integer("license_id").notNull(),
  instanceId: integer("instance_id").notNull(),
  installationId: text("installation_id").notNull(),
  deviceId: text("device_id").notNull(),
  deviceJkt: text("device_jkt"),
  sealKey: text("seal_key"),
  hardwareId: text("hardware_id"),
  components: text("components"),
  env: text("env", { enum: ENVIRONMENTS }).notNull(),
  origin: text("origin"),
  label: text("label"),
  seatKey: text("seat_key").notNull().default(""),
  seatClass: text("seat_class", { enum: ["paid", "dev"] }).notNull(),
  over: integer("over").notNull().default(0),
  keep: integer("keep").notNull().default(0),
  version: text("version").notNull(),
  appVersion: text("app_version"),
  gen: integer("gen").notNull(),
  grantedAt: integer("granted_at").notNull(),
  leaseIat: integer("lease_iat").notNull(),
  leaseUntil: integer("lease_until").notNull(),
  jti: text("jti").notNull(),
  prevJti: text("prev_jti"),
  lastSeenAt: integer("last_seen_at").notNull(),
  pausedAt: integer("paused_at"),
  releasedAt: integer("released_at"),
  releaseReason: text("release_reason"),
  lastOp: text("last_op").notNull(),
  grantOp: text("grant_op").notNull(),
  formerJkt: text("former_jkt"),
  temporaryUntil: integer("temporary_until"),
  leaseEpoch: integer("lease_epoch").notNull().default(0),
  lapsedFor: integer("lapsed_for"),
});

export const grants = sqliteTable("grants", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  activationId: text("activation_id").notNull(),
  version: text("version").notNull(),
  permissions: text("permissions").notNull(),
  declined: text("declined").notNull().default("[]"),
  closureDigest: text("closure_digest").notNull(),
  actor: text("actor").notNull(),
  at: integer("at").notNull(),
});

export const licenseEvents = sqliteTable(
  "license_events",
  {
    licenseId: integer("license_id").notNull(),
    seq: integer("seq").notNull(),
    at: integer("at").notNull(),
    kind: text("kind").notNull(),
    activationId: text("activation_id"),
    actor: text("actor", { enum: ["instance", "owner", "publisher", "operator", "device", "system"] }).notNull(),
    actorId: text("actor_id"),
    op: text("op").notNull(),
    data: text("data").notNull().default("{}"),
    chain: text("chain"),
    salt: text("salt"),
    personal: text("personal"),
  },
  (table) => [primaryKey({ columns: [table.licenseId, table.seq] })],
);

export const trialClaims = sqliteTable(
  "trial_claims",
  {
    pluginId: integer("plugin_id").notNull(),
    subjectKind: text("subject_kind", { enum: ["instance", "hardware"] }).notNull(),
    subjectHash: text("subject_hash").notNull(),
    licenseId: integer("license_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.pluginId, table.subjectKind, table.subjectHash] })],
);

export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    requestHash: text("request_hash").notNull(),
    status: integer("status").notNull(),
    body: text("body").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.key] })],
);

export const pluginEntitlements = sqliteTable(
  "plugin_entitlements",
  {
    pluginId: integer("plugin_id").notNull(),
    code: text("code").notNull(),
    kind: text("kind", { enum: ["flag", "limit"] }).notNull(),
    title: text("title").notNull(),
  },
  (table) => [primaryKey({ columns: [table.pluginId, table.code] })],
);

export const usageBatches = sqliteTable(
  "usage_batches",
  {
    licenseId: integer("license_id").notNull(),
    batchId: text("batch_id").notNull(),
    result: text("result").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.licenseId, table.batchId] })],
);

export const webhookSubscribers = sqliteTable("webhook_subscribers", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  publisherId: integer("publisher_id"),
  instanceId: integer("instance_id"),
  url: text("url").notNull(),
  secretSealed: text("secret_sealed").notNull(),
  secretRow: text("secret_row").notNull(),
  events: text("events").notNull().default("[]"),
  failures: integer("failures").notNull().default(0),
  pausedAt: integer("paused_at"),
  createdAt: integer("created_at").notNull(),
  removedAt: integer("removed_at"),
});

export const licenseOutbox = sqliteTable("license_outbox", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  subscriberId: integer("subscriber_id").notNull(),
  licenseId: integer("license_id").notNull(),
  seq: integer("seq").notNull(),
  state: text("state", { enum: ["queued", "sending", "delivered", "dead"] })
    .notNull()
    .default("queued"),
  attempts: integer("attempts").notNull().default(0),
  notBefore: integer("not_before").notNull(),
  lastStatus: integer("last_status"),
  createdAt: integer("created_at").notNull(),
  deliveredAt: integer("delivered_at"),
});

export const revocations = sqliteTable("revocations", {
  epoch: integer("epoch").primaryKey({ autoIncrement: true }),
  kind: text("kind", { enum: REVOCATION_KINDS }).notNull(),
  subject: text("subject").notNull(),
  what: text("what", { enum: REVOCATION_WHATS }).notNull(),
  reason: text("reason").notNull().default(""),
  at: integer("at").notNull(),
  keepUntil: integer("keep_until").notNull(),
});

export const keysetDocuments = sqliteTable(
  "keyset_documents",
  {
    rootKid: text("root_kid").notNull(),
    version: integer("version").notNull(),
    iat: integer("iat").notNull(),
    exp: integer("exp").notNull(),
    document: text("document").notNull(),
    publishedAt: integer("published_at").notNull(),
    publishedBy: integer("published_by").notNull(),
  },
  (table) => [primaryKey({ columns: [table.rootKid, table.version] })],
);

export const signingKeys = sqliteTable("signing_keys", {
  kid: text("kid").primaryKey(),
  purpose: text("purpose", { enum: KEY_PURPOSES }).notNull(),
  x: text("x").notNull(),
  signFrom: integer("sign_from").notNull(),
  signUntil: integer("sign_until").notNull(),
  verifyUntil: integer("verify_until").notNull(),
  revokedFrom: integer("revoked_from"),
  revokeMode: text("revoke_mode", { enum: REVOKE_MODES }),
  version: integer("version").notNull(),
});

export const leases = sqliteTable("leases", {
  jti: text("jti").primaryKey(),
  activationId: text("activation_id").notNull(),
  licenseId: integer("license_id").notNull(),
  requestHash: text("request_hash").notNull(),
  deviceJkt: text("device_jkt").notNull(),
  kid: text("kid").notNull(),
  iat: integer("iat").notNull(),
  exp: integer("exp").notNull(),
  document: text("document").notNull(),
  releasedAt: integer("released_at"),
  revokedAt: integer("revoked_at"),
});

export const offlineCodes = sqliteTable("offline_codes", {
  codeHash: text("code_hash").primaryKey(),
  licenseId: integer("license_id").notNull(),
  madeBy: text("made_by").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedAt: integer("used_at"),
  usedFor: text("used_for"),
});

export const offlineMisses = sqliteTable("offline_misses", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  subject: text("subject").notNull(),
  at: integer("at").notNull(),
});
