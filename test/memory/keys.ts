import { MAX_ACTIVE_KEYS } from "../../src/domain/trust/key-event.ts";
import { RECOVERY_LIFE_SECONDS, RECOVERY_WAIT_SECONDS } from "../../src/domain/trust/recovery.ts";
import type {
  CutKey,
  KeyChainStore,
  KeyOffer,
  NewKeyEvent,
  StoredKeyEvent,
} from "../../src/market/account/key-ports.ts";
import type { KeyRecoveryStore, NewRecovery } from "../../src/market/account/recovery-ports.ts";

interface KeyRow extends Omit<CutKey, "cuts" | "state"> {
  readonly publisherId: string;
  state: CutKey["state"];
  cuts: { [plugin: string]: number };
}

/** Publisher keys and what became of them, for tests of use cases. Held to the same contract as the stores on D1. */
export interface KeyTables {
  readonly keys: KeyRow[];
  readonly offers: KeyOffer[];
  readonly events: (StoredKeyEvent & { readonly publisherId: string })[];
  readonly recoveries: Map<string, NewRecovery & { readonly requestedAt: number }>;
  /** Whose plugins stand where. */
  readonly plugins: { readonly publisherId: string; readonly name: string; readonly headSequence: number }[];
}

export function emptyKeyTables(): KeyTables {
  return { keys: [], offers: [], events: [], recoveries: new Map(), plugins: [] };
}

export function keyChainsInMemory(tables: KeyTables): KeyChainStore {
  const eventsOf = (publisherId: string) => tables.events.filter((row) => row.publisherId === publisherId);
  const keysOf = (publisherId: string) => tables.keys.filter((row) => row.publisherId === publisherId);
  const find = (publisherId: string, keyId: string) => keysOf(publisherId).find((row) => row.keyId === keyId);

  function fits(wish: NewKeyEvent, at: number): boolean {
    const { publisherId, event, keyId, signerKeyId, nonceHash, accountId } = wish;
    const head = eventsOf(publisherId).at(-1);
    if (event.sequence !== (head?.sequence ?? 0) + 1 || event.previous !== (head?.sha256 ?? null)) return false;
    const active = keysOf(publisherId).filter(({ state }) => state === "active");
    if (event.action !== "recover" && !active.some((row) => row.keyId === signerKeyId)) return false;
    const subject = find(publisherId, keyId);
    if (event.action === "retire") return subject?.state === "active" && active.length > 1;
    if (event.action === "compromise") return subject !== undefined && subject.state !== "compromised";
    const isOffered = tables.offers.some(
      (row) =>
        row.nonceHash === nonceHash &&
        row.publisherId === publisherId &&
        row.accountId === accountId &&
        row.publicKey === event.publicKey &&
        row.expiresAt > at,
    );
    if (!isOffered || tables.keys.some((row) => row.keyId === keyId)) return false;
    if (event.action === "add") return active.length < MAX_ACTIVE_KEYS;
    const asked = tables.recoveries.get(publisherId);
    const age = at - (asked?.requestedAt ?? at);
    return asked?.publicKey === event.publicKey && age >= RECOVERY_WAIT_SECONDS && age < RECOVERY_LIFE_SECONDS;
  }

  function retire(row: KeyRow): void {
    row.state = "retired";
    for (const plugin of tables.plugins)
      if (plugin.publisherId === row.publisherId) row.cuts[plugin.name] = plugin.headSequence + 1;
  }

  function apply({ publisherId, event, keyId, nonceHash }: NewKeyEvent): void {
    const subject = find(publisherId, keyId);
    if (event.action === "retire" && subject) retire(subject);
    if (event.action === "compromise" && subject) {
      subject.state = "compromised";
      for (const { name, headSequence, publisherId: owner } of tables.plugins)
        if (owner === publisherId) subject.cuts[name] = Math.min(headSequence + 1, event.fromSequence[name] ?? 1);
    }
    if (event.action !== "add" && event.action !== "recover") return;
    if (event.action === "recover") {
      for (const row of keysOf(publisherId)) if (row.state === "active") retire(row);
      tables.recoveries.delete(publisherId);
    }
    tables.offers.splice(0, Number.POSITIVE_INFINITY, ...tables.offers.filter((row) => row.nonceHash !== nonceHash));
    tables.keys.push({ publisherId, keyId, publicKey: event.publicKey, state: "active", cuts: {} });
  }

  return {
    async offer(offer) {
      tables.offers.push(offer);
    },
    async read(publisherId) {
      const head = eventsOf(publisherId).at(-1);
      const keys = keysOf(publisherId).map(({ keyId, publicKey, state, cuts }) => ({ keyId, publicKey, state, cuts }));
      return { head: { sequence: head?.sequence ?? 0, eventSha256: head?.sha256 ?? null }, keys };
    },
    events: async (publisherId) => eventsOf(publisherId).map(({ publisherId: _, ...row }) => row),
    async append(wish, at) {
      if (!fits(wish, at)) return false;
      apply(wish);
      const { publisherId, event, sha256, keyId, signerKeyId, envelope } = wish;
      const { sequence, action } = event;
      tables.events.push({ publisherId, sequence, sha256, action, keyId, signerKeyId, envelope, at });
      return true;
    },
  };
}

export function recoveriesInMemory(tables: KeyTables): KeyRecoveryStore {
  return {
    async find(publisherId) {
      const row = tables.recoveries.get(publisherId);
      return row ? { keyId: row.keyId, publicKey: row.publicKey, requestedAt: row.requestedAt } : null;
    },
    async open(wish, at) {
      const before = tables.recoveries.get(wish.publisherId);
      const isOpen = before !== undefined && before.requestedAt > at - RECOVERY_LIFE_SECONDS;
      if (isOpen || tables.keys.some(({ keyId }) => keyId === wish.keyId)) return false;
      tables.recoveries.set(wish.publisherId, { ...wish, requestedAt: at });
      return true;
    },
    cancel: async (publisherId) => tables.recoveries.delete(publisherId),
  };
}
