import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { ROLES } from "../../domain/account/publisher.ts";
import { SIGN_IN_METHODS } from "../../domain/account/session.ts";

/** Sessions, passkeys and what else people sign in with, equal to the migrations; every *_at is Unix seconds. */
export const sessions = sqliteTable("sessions", {
  idHash: text("id_hash").primaryKey(),
  accountId: integer("account_id").notNull(),
  method: text("method", { enum: SIGN_IN_METHODS }).notNull(),
  address: text("address"),
  userAgent: text("user_agent"),
  createdAt: integer("created_at").notNull(),
  seenAt: integer("seen_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  provenAt: integer("proven_at"),
});

export const passkeys = sqliteTable("passkeys", {
  credentialId: text("credential_id").primaryKey(),
  accountId: integer("account_id").notNull(),
  publicKey: text("public_key").notNull(),
  counter: integer("counter").notNull(),
  transports: text("transports").notNull(),
  isBackedUp: integer("is_backed_up").notNull(),
  name: text("name").notNull(),
  createdAt: integer("created_at").notNull(),
  usedAt: integer("used_at"),
});

export const passkeyChallenges = sqliteTable("passkey_challenges", {
  challengeHash: text("challenge_hash").primaryKey(),
  purpose: text("purpose", { enum: ["register", "sign_in", "prove"] }).notNull(),
  accountId: integer("account_id"),
  expiresAt: integer("expires_at").notNull(),
});

export const recoveryCodes = sqliteTable("recovery_codes", {
  codeHash: text("code_hash").primaryKey(),
  accountId: integer("account_id").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const accountLinks = sqliteTable("account_links", {
  codeHash: text("code_hash").primaryKey(),
  purpose: text("purpose", { enum: ["sign_in", "sign_up", "verify_email", "join"] }).notNull(),
  accountId: integer("account_id"),
  name: text("name"),
  email: text("email"),
  publisherId: integer("publisher_id"),
  role: text("role", { enum: ROLES }),
  madeBy: integer("made_by"),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

export const signIns = sqliteTable("sign_ins", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  accountId: integer("account_id").notNull(),
  at: integer("at").notNull(),
  method: text("method", { enum: SIGN_IN_METHODS }).notNull(),
  address: text("address"),
  userAgent: text("user_agent"),
});

export const attempts = sqliteTable(
  "attempts",
  {
    bucket: text("bucket").notNull(),
    span: integer("span").notNull(),
    used: integer("used").notNull(),
  },
  (table) => [primaryKey({ columns: [table.bucket, table.span] })],
);

export const mails = sqliteTable("mails", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  uuid: text("uuid").notNull(),
  recipient: text("recipient").notNull(),
  subject: text("subject").notNull(),
  bodySealed: text("body_sealed").notNull(),
  createdAt: integer("created_at").notNull(),
});

export const deviceCodes = sqliteTable("device_codes", {
  deviceHash: text("device_hash").primaryKey(),
  userCodeHash: text("user_code_hash").notNull(),
  client: text("client").notNull(),
  scopes: text("scopes").notNull(),
  address: text("address"),
  state: text("state", { enum: ["pending", "approved", "denied"] })
    .notNull()
    .default("pending"),
  accountId: integer("account_id"),
  polledAt: integer("polled_at"),
  pollBefore: integer("poll_before"),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

export const githubIdentities = sqliteTable("github_identities", {
  githubId: text("github_id").primaryKey(),
  accountId: integer("account_id").notNull(),
  login: text("login").notNull(),
  createdAt: integer("created_at").notNull(),
});
