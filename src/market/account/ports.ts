import type { Role } from "../../domain/account/publisher.ts";
import type { Scope, TokenKind } from "../../domain/account/scopes.ts";
import type { WebhookEvent } from "../../domain/account/webhook.ts";
import type { Bytes } from "../../domain/bytes.ts";
import type { Json } from "../../domain/json/json.ts";
import type { AuditEntry } from "../ports.ts";
import type { CredentialMemory } from "./credential-memory.ts";
import type { KeyChainStore } from "./key-ports.ts";
import type { PeoplePorts } from "./people-ports.ts";
import type { SignInPorts } from "./session-ports.ts";

/** What accounts, instances and webhooks need of the world. */
export interface AccountPorts extends SignInPorts, PeoplePorts {
  readonly accounts: AccountStore;
  readonly tokens: TokenStore;
  readonly keyChains: KeyChainStore;
  readonly instances: InstanceStore;
  readonly credentialMemory: CredentialMemory;
  readonly hmac: SealedHmac;
  /** `SETUP_SECRET`, or null once unset: the route is 404 then. */
  readonly setupSecret: string | null;
  readonly webhooks: WebhookStore;
  readonly webhookBell: WebhookBell;
  readonly webhookSender: WebhookSender;
}

/** Times are Unix seconds. Every write that matters carries its audit row in the same batch. */
export interface AccountStore {
  /** A token with its account, by the hash of its text: one read, no write. Expired and revoked rows are answered too. */
  findToken(hash: string): Promise<StoredToken | null>;
  revokeToken(hash: string, at: number, audit: Omit<AuditEntry, "subjectId">): Promise<void>;
  /** Null when an operator exists already: of parallel calls exactly one succeeds. */
  createFirstOperator(account: { readonly name: string }, token: NewToken, at: number): Promise<string | null>;
  createAccount(account: NewAccount, at: number): Promise<CreatedAccount | "email_taken" | "handle_taken">;
  findAccount(accountId: string): Promise<StoredAccount | null>;
  memberships(accountId: string): Promise<readonly Membership[]>;
  findPublisher(handle: string): Promise<StoredPublisher | null>;
  publisherKeys(publisherId: string): Promise<readonly StoredKey[]>;
  /** One guarded batch: the nonce must be unused and unexpired, the key unknown to everybody. */
  enrollKey(enrolment: Enrolment, at: number): Promise<"enrolled" | "key_reused" | "key_proof_expired">;
}

/** The tokens of one account. Times are Unix seconds. */
export interface TokenStore {
  /** Newest first; those that ended are left out. */
  list(accountId: string, at: number): Promise<readonly ListedToken[]>;
  /** Null: the token it is made with has ended, or the account has as many as it may. One guarded statement, with its audit row. */
  create(token: DerivedToken, max: number, at: number): Promise<string | null>;
  /** The token and all that were made with it, at once. False: the account has no such living token. */
  revoke(accountId: string, tokenId: string, by: string, at: number): Promise<boolean>;
}

export interface ListedToken {
  readonly id: string;
  readonly kind: TokenKind;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly plugins: readonly string[] | null;
  readonly ipRanges: readonly string[] | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface DerivedToken extends NewToken {
  readonly accountId: string;
  /** The token it is made with; null: made by the person in a session. */
  readonly parentId: string | null;
  readonly plugins: readonly string[] | null;
  readonly ipRanges: readonly string[] | null;
}

export interface StoredToken {
  readonly id: string;
  readonly accountId: string;
  readonly isOperator: boolean;
  readonly isAccountActive: boolean;
  /** Ids of the instances of organizations that the account owns or maintains. */
  readonly sharedInstances?: readonly string[];
  /** Until then the account has no publishing rights. */
  readonly publishingHeldUntil?: number | null;
  readonly kind: TokenKind;
  readonly scopes: readonly string[];
  readonly plugins: readonly string[] | null;
  readonly ipRanges: readonly string[] | null;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly hint: string;
}

export interface NewToken {
  readonly kind: TokenKind;
  readonly hash: string;
  readonly hint: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: number;
}

export interface NewAccount {
  readonly name: string;
  /** Lower case. */
  readonly email: string;
  readonly token: NewToken;
  readonly publisher?: {
    readonly handle: string;
    readonly displayName: string;
    readonly nonceHash: string;
    readonly nonceExpiresAt: number;
  };
  /** Who made it. */
  readonly by: string;
}
export interface CreatedAccount {
  readonly accountId: string;
  readonly publisherId: string | null;
}

export interface StoredAccount {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly isOperator: boolean;
}
export interface StoredPublisher {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
}
export interface Membership extends StoredPublisher {
  readonly role: Role;
}
export interface StoredKey {
  readonly keyId: string;
  /** Hex, 32 bytes. */
  readonly publicKey: string;
  readonly state: "active" | "retired" | "compromised";
  readonly createdAt: number;
}
export interface Enrolment {
  readonly accountId: string;
  readonly publisherId: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly nonceHash: string;
}

export interface InstanceStore {
  /** What proving a request of the instance needs: one indexed read. */
  findCredential(apiKey: string): Promise<InstanceCredential | null>;
  create(instance: NewInstance, at: number): Promise<string>;
  find(instanceId: string): Promise<StoredInstance | null>;
  change(instanceId: string, fields: InstanceChange, by: string, at: number): Promise<void>;
  rotate(instanceId: string, secrets: RotatedSecrets, by: AuditEntry, at: number): Promise<void>;
}

export interface InstanceCredential {
  readonly instanceId: string;
  readonly accountId: string;
  readonly publisherId: string | null;
  readonly isSuspended: boolean;
  readonly apiSecret: SealedSecret;
}

export interface NewInstance {
  readonly accountId: string;
  readonly publisherId: string | null;
  readonly name: string;
  readonly url: string;
  readonly appVersion: string;
  readonly webhookUrl: string;
  readonly apiUrl: string;
  readonly keyShape: "rbsm" | "legacy";
  readonly apiKey: string;
  readonly apiSecretSealed: string;
  readonly webhookSecretSealed: string;
  readonly hostApiKeySealed: string | null;
}
export interface StoredInstance extends NewInstance {
  readonly id: string;
  readonly publisherHandle: string | null;
  /** The organization whose owners and maintainers manage it, too. */
  readonly organizationHandle?: string | null;
  readonly isSuspended: boolean;
  readonly webhookPausedAt: number | null;
  readonly webhookFailures: number;
  readonly createdAt: number;
}
export interface InstanceChange {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly appVersion?: string | undefined;
  readonly webhookUrl?: string | undefined;
  readonly apiUrl?: string | undefined;
  readonly hostApiKeySealed?: string | null | undefined;
  readonly keyShape?: "rbsm" | "legacy" | undefined;
  readonly publisherId?: string | null | undefined;
  readonly organizationId?: string | null | undefined;
}
export interface RotatedSecrets {
  readonly apiSecretSealed: string;
  readonly webhookSecretSealed: string;
}

/** A secret at rest and what it was sealed for (`Vault`). */
export interface SealedSecret {
  readonly purpose: string;
  readonly row: string;
  readonly sealed: string;
}

/** HMAC-SHA256 under a sealed secret; the imported key is kept per isolate, found by its sealed text. */
export interface SealedHmac {
  sign(secret: SealedSecret, message: string): Promise<Bytes>;
}

/** The rows of `webhook_outbox`. A row is the work, a queue message only a bell. Times are Unix seconds. */
export interface WebhookStore {
  /** Takes a due row, unless an earlier one of its subject is still owed or the hook is paused: one guarded write. */
  claim(deliveryId: string, now: number, leaseUntil: number): Promise<ClaimedWebhook | null>;
  /** What is owed about one subject and waits in the queue. */
  owedAbout(
    subjectKind: "license" | "plugin",
    subjectId: string,
  ): Promise<readonly { readonly id: string; readonly notBefore: number }[]>;
  /** The earliest row still owed before this one about the same subject. */
  earlierOwed(deliveryId: string): Promise<{ readonly id: string; readonly notBefore: number } | null>;
  /** The next row owed after this one about the same subject. */
  nextOwed(deliveryId: string): Promise<{ readonly id: string; readonly notBefore: number } | null>;
  delivered(deliveryId: string, status: number, now: number): Promise<void>;
  /** Back to the queue until `notBefore`. */
  postpone(deliveryId: string, status: number | null, notBefore: number): Promise<void>;
  bury(deliveryId: string, status: number | null): Promise<void>;
  /** Counts a refusal of the hook itself and pauses it at `limit` in a row; answers whether it is paused now. */
  countRefusal(instanceId: string, limit: number, now: number): Promise<boolean>;
  /** Rows left in `sending` by a crash go back; rows older than `deadBefore` are buried; due ids are answered. */
  sweep(now: number, deadBefore: number, limit: number): Promise<readonly string[]>;
}

export interface ClaimedWebhook {
  readonly id: string;
  readonly event: WebhookEvent;
  readonly subjectKind: "license" | "plugin" | "other";
  readonly subjectId: string | null;
  readonly sequence: number;
  readonly data: { readonly [key: string]: Json };
  readonly attempts: number;
  readonly createdAt: number;
  /** When its 72 hours began: written, or sent again by hand. */
  readonly countedFrom: number;
  readonly instanceId: string;
  readonly url: string;
  readonly secret: SealedSecret;
}

export interface WebhookBell {
  ring(deliveryId: string, delaySeconds?: number): Promise<void>;
}

export interface WebhookSender {
  /** One POST, no redirects, 10 s. `unreachable` covers network errors and time-outs, `refused_address` our own check. */
  post(
    url: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number } | "unreachable" | "refused_address">;
}
