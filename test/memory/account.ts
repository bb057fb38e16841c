import type {
  AccountStore,
  ClaimedWebhook,
  InstanceStore,
  SealedHmac,
  StoredInstance,
  StoredKey,
  StoredToken,
  WebhookStore,
} from "../../src/market/account/ports.ts";
import { INSTANCE_API_SECRET, INSTANCE_WEBHOOK_SECRET } from "../../src/market/account/seal-purposes.ts";
import type { AuditEntry, Vault } from "../../src/market/ports.ts";

/** The account tables, for tests of use cases. Held to the same contract as the stores on D1. */
export interface AccountTables {
  readonly accounts: { id: string; name: string; email: string | null; isOperator: boolean; isActive: boolean }[];
  readonly tokens: (StoredToken & { hash: string })[];
  readonly publishers: { id: string; handle: string; displayName: string }[];
  readonly members: { publisherId: string; accountId: string; role: "owner" | "maintainer" | "developer" }[];
  readonly keys: (StoredKey & { publisherId: string })[];
  readonly nonces: { hash: string; accountId: string; publisherId: string; expiresAt: number }[];
  readonly instances: StoredInstance[];
  readonly audit: AuditEntry[];
  readonly outbox: OutboxRow[];
}

export interface OutboxRow extends Omit<ClaimedWebhook, "url" | "secret"> {
  state: "queued" | "sending" | "delivered" | "dead";
  notBefore: number;
  lastStatus: number | null;
  attempts: number;
}

export function emptyAccountTables(): AccountTables {
  return {
    accounts: [],
    tokens: [],
    publishers: [],
    members: [],
    keys: [],
    nonces: [],
    instances: [],
    audit: [],
    outbox: [],
  };
}

export function accountsInMemory(tables: AccountTables): AccountStore {
  const { accounts, tokens, publishers, members, keys, nonces, audit } = tables;
  const isActive = (accountId: string) => accounts.some(({ id, isActive }) => id === accountId && isActive);
  return {
    async findToken(hash) {
      const found = tokens.find((token) => token.hash === hash);
      if (found === undefined) return null;
      const { hash: _, ...token } = found;
      const owner = accounts.find(({ id }) => id === token.accountId);
      return { ...token, isOperator: owner?.isOperator === true, isAccountActive: isActive(token.accountId) };
    },
    async revokeToken(hash, at, entry) {
      const index = tokens.findIndex((token) => token.hash === hash && token.revokedAt === null);
      const token = tokens[index];
      if (token === undefined) return;
      tokens[index] = { ...token, revokedAt: at };
      audit.push({ ...entry, subjectId: token.id });
    },
    async createFirstOperator({ name }, token, _at) {
      if (accounts.some(({ isOperator }) => isOperator)) return null;
      const id = next(accounts);
      accounts.push({ id, name, email: null, isOperator: true, isActive: true });
      tokens.push(storedToken(next(tokens), id, token));
      audit.push(entryOf("system", "setup", "account.created", "account", id));
      return id;
    },
    async createAccount({ name, email, token, publisher, by }, _at) {
      if (accounts.some((account) => account.email === email)) return "email_taken";
      if (publisher && publishers.some(({ handle }) => handle === publisher.handle)) return "handle_taken";
      const accountId = next(accounts);
      accounts.push({ id: accountId, name, email, isOperator: false, isActive: true });
      tokens.push(storedToken(next(tokens), accountId, token));
      audit.push(entryOf("account", by, "account.created", "account", accountId));
      if (publisher === undefined) return { accountId, publisherId: null };
      const publisherId = next(publishers);
      publishers.push({ id: publisherId, handle: publisher.handle, displayName: publisher.displayName });
      members.push({ publisherId, accountId, role: "owner" });
      nonces.push({ hash: publisher.nonceHash, accountId, publisherId, expiresAt: publisher.nonceExpiresAt });
      return { accountId, publisherId };
    },
    async findAccount(accountId) {
      const found = accounts.find(({ id, isActive }) => id === accountId && isActive);
      return found ? { id: found.id, name: found.name, email: found.email, isOperator: found.isOperator } : null;
    },
    async memberships(accountId) {
      return members
        .filter((member) => member.accountId === accountId)
        .flatMap(({ publisherId, role }) =>
          publishers.filter(({ id }) => id === publisherId).map((publisher) => ({ ...publisher, role })),
        )
        .sort((a, b) => (a.handle < b.handle ? -1 : 1));
    },
    async findPublisher(handle) {
      return publishers.find((publisher) => publisher.handle === handle) ?? null;
    },
    async publisherKeys(publisherId) {
      return keys.filter((key) => key.publisherId === publisherId).map(({ publisherId: _, ...key }) => key);
    },
    async enrollKey({ accountId, publisherId, keyId, publicKey, nonceHash }, at) {
      const index = nonces.findIndex(
        (nonce) => nonce.hash === nonceHash && nonce.publisherId === publisherId && nonce.accountId === accountId,
      );
      if (keys.some((key) => key.keyId === keyId)) return "key_reused";
      if ((nonces[index]?.expiresAt ?? 0) <= at) return "key_proof_expired";
      nonces.splice(index, 1);
      keys.push({ publisherId, keyId, publicKey, state: "active", createdAt: at });
      audit.push({ ...entryOf("account", accountId, "key.added", "publisher", publisherId), data: { keyId } });
      return "enrolled";
    },
  };
}

export function instancesInMemory(tables: AccountTables): InstanceStore {
  const { accounts, publishers, instances, audit } = tables;
  const isActive = (accountId: string) => accounts.some(({ id, isActive }) => id === accountId && isActive);
  const replace = (instanceId: string, change: Partial<StoredInstance>) => {
    const index = instances.findIndex(({ id }) => id === instanceId);
    const before = instances[index];
    if (before !== undefined) instances[index] = { ...before, ...change };
  };
  return {
    async findCredential(apiKey) {
      const found = instances.find((instance) => instance.apiKey === apiKey);
      if (found === undefined) return null;
      return {
        instanceId: found.id,
        accountId: found.accountId,
        publisherId: found.publisherId,
        isSuspended: found.isSuspended || !isActive(found.accountId),
        apiSecret: { purpose: INSTANCE_API_SECRET, row: apiKey, sealed: found.apiSecretSealed },
      };
    },
    async create(instance, at) {
      const id = next(instances);
      const publisherHandle = publishers.find((publisher) => publisher.id === instance.publisherId)?.handle ?? null;
      const state = { isSuspended: false, webhookPausedAt: null, webhookFailures: 0, createdAt: at };
      instances.push({ ...instance, ...state, id, publisherHandle });
      audit.push({
        ...entryOf("account", instance.accountId, "instance.registered", "instance", id),
        data: { url: instance.url },
      });
      return id;
    },
    async find(instanceId) {
      return instances.find(({ id }) => id === instanceId) ?? null;
    },
    async change(instanceId, fields, by, _at) {
      const change = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      if (Object.keys(change).length === 0) return;
      const handle = publishers.find(({ id }) => id === fields.publisherId)?.handle ?? null;
      replace(instanceId, {
        ...change,
        ...(fields.publisherId === undefined ? {} : { publisherHandle: handle }),
        ...(fields.webhookUrl === undefined ? {} : { webhookPausedAt: null, webhookFailures: 0 }),
      });
      audit.push(entryOf("account", by, "instance.changed", "instance", instanceId));
    },
    async rotate(instanceId, { apiSecretSealed, webhookSecretSealed }, by, _at) {
      replace(instanceId, { apiSecretSealed, webhookSecretSealed, webhookPausedAt: null, webhookFailures: 0 });
      audit.push(by);
    },
  };
}

export function webhooksInMemory({ outbox, instances }: AccountTables): WebhookStore {
  const isOwed = (row: OutboxRow) => row.state === "queued" || row.state === "sending";
  const sameSubject = (a: OutboxRow, b: OutboxRow) =>
    a.instanceId === b.instanceId &&
    a.subjectKind === b.subjectKind &&
    a.subjectId !== null &&
    a.subjectId === b.subjectId;
  const find = (id: string) => outbox.find((row) => row.id === id);
  const owed = (row: OutboxRow) => ({ id: row.id, notBefore: row.notBefore });
  const earlier = (row: OutboxRow) =>
    outbox.find((other) => isOwed(other) && sameSubject(other, row) && Number(other.id) < Number(row.id));
  const isPaused = (row: OutboxRow) => instances.find(({ id }) => id === row.instanceId)?.webhookPausedAt !== null;
  const set = (id: string, change: Partial<OutboxRow>) => Object.assign(find(id) ?? {}, change);
  const setInstance = (instanceId: string, change: Partial<StoredInstance>) => {
    const index = instances.findIndex(({ id }) => id === instanceId);
    if (instances[index]) instances[index] = { ...instances[index], ...change };
  };
  return {
    async claim(id, now, leaseUntil) {
      const row = find(id);
      if (row?.state !== "queued" || row.notBefore > now || earlier(row) || isPaused(row)) return null;
      const instance = instances.find((entry) => entry.id === row.instanceId) as StoredInstance;
      set(id, { state: "sending", attempts: row.attempts + 1, notBefore: leaseUntil });
      const { state: _, notBefore: __, lastStatus: ___, ...claimed } = row;
      const secret = {
        purpose: INSTANCE_WEBHOOK_SECRET,
        row: instance.apiKey,
        sealed: instance.webhookSecretSealed,
      };
      return { ...claimed, url: instance.webhookUrl, secret };
    },
    async owedAbout(subjectKind, subjectId) {
      return outbox
        .filter((row) => row.state === "queued" && row.subjectKind === subjectKind && row.subjectId === subjectId)
        .map(owed);
    },
    async earlierOwed(id) {
      const row = find(id);
      const found = row && earlier(row);
      return found ? owed(found) : null;
    },
    async nextOwed(id) {
      const row = find(id);
      const found =
        row && outbox.find((other) => isOwed(other) && sameSubject(other, row) && Number(other.id) > Number(id));
      return found ? owed(found) : null;
    },
    async delivered(id, status) {
      set(id, { state: "delivered", lastStatus: status });
      setInstance(find(id)?.instanceId ?? "", { webhookFailures: 0 });
    },
    async postpone(id, status, notBefore) {
      set(id, { state: "queued", lastStatus: status, notBefore });
    },
    async bury(id, status) {
      set(id, { state: "dead", lastStatus: status });
    },
    async countRefusal(instanceId, limit, now) {
      const instance = instances.find(({ id }) => id === instanceId);
      if (instance === undefined) return false;
      const webhookFailures = instance.webhookFailures + 1;
      const webhookPausedAt = webhookFailures >= limit ? (instance.webhookPausedAt ?? now) : instance.webhookPausedAt;
      setInstance(instanceId, { webhookFailures, webhookPausedAt });
      return webhookPausedAt !== null;
    },
    async sweep(now, deadBefore, limit) {
      for (const row of outbox) {
        if (row.state === "sending" && row.notBefore <= now) row.state = "queued";
        if (row.state === "queued" && row.createdAt < deadBefore && row.attempts > 0) row.state = "dead";
      }
      return outbox
        .filter((row) => row.state === "queued" && row.notBefore <= now && !earlier(row) && !isPaused(row))
        .sort((a, b) => a.notBefore - b.notBefore)
        .slice(0, limit)
        .map(({ id }) => id);
    },
  };
}

/** Seals by naming: what was sealed for another purpose or row does not open. */
export function openVault(): Vault {
  return {
    seal: async (purpose, row, plaintext) => JSON.stringify([purpose, row, plaintext]),
    async open(purpose, row, sealed) {
      const [sealedPurpose, sealedRow, plaintext] = JSON.parse(sealed) as [string, string, string];
      if (sealedPurpose !== purpose || sealedRow !== row) throw new Error("sealed for another purpose or row");
      return plaintext;
    },
  };
}

export function hmacOver(vault: Vault): SealedHmac {
  return {
    async sign({ purpose, row, sealed }, message) {
      const encoder = new TextEncoder();
      const secret = encoder.encode(await vault.open(purpose, row, sealed));
      const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      return new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(message)));
    },
  };
}

function next(rows: readonly unknown[]): string {
  return String(rows.length + 1);
}

function entryOf(
  actorKind: AuditEntry["actorKind"],
  actorId: string,
  action: string,
  subjectKind: string,
  subjectId: string,
): AuditEntry {
  return { actorKind, actorId, action, subjectKind, subjectId };
}

function storedToken(
  id: string,
  accountId: string,
  token: { kind: StoredToken["kind"]; hash: string; hint: string; scopes: readonly string[]; expiresAt: number },
): AccountTables["tokens"][number] {
  const { kind, hash, hint, scopes, expiresAt } = token;
  return {
    id,
    accountId,
    kind,
    hash,
    hint,
    scopes,
    expiresAt,
    isOperator: false,
    isAccountActive: true,
    plugins: null,
    ipRanges: null,
    revokedAt: null,
  };
}
