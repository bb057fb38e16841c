import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { KeyChainHead } from "../../domain/trust/key-event.ts";
import type { CutKey, KeyChainStore, NewKeyEvent } from "../../market/account/key-ports.ts";
import { keyEventStatements } from "./key-event-batch.ts";
import { keyEvents, keyNonces } from "./schema.ts";

/** Publisher keys and their chains on D1. */
export function createKeyChainStore(db: D1Database): KeyChainStore {
  const orm = drizzle(db);
  return {
    async offer({ nonceHash, accountId, publisherId, publicKey, expiresAt }) {
      await orm
        .insert(keyNonces)
        .values({ nonceHash, accountId: Number(accountId), publisherId: Number(publisherId), expiresAt, publicKey });
    },

    async read(publisherId) {
      const publisher = Number(publisherId);
      const [heads, keys] = await db.batch<Record<string, unknown>>([
        db
          .prepare("SELECT sequence, sha256 FROM key_events WHERE publisher_id = ? ORDER BY sequence DESC LIMIT 1")
          .bind(publisher),
        db
          .prepare(
            `SELECT k.key_id, k.public_key, k.state,
               (SELECT json_group_object(p.name, c.from_sequence) FROM key_cuts c JOIN plugins p ON p.id = c.plugin_id
                WHERE c.key_id = k.key_id) AS cuts
             FROM publisher_keys k WHERE k.publisher_id = ? ORDER BY k.created_at, k.key_id`,
          )
          .bind(publisher),
      ]);
      return { head: readHead(heads?.results[0]), keys: (keys?.results ?? []).map(readKey) };
    },

    async events(publisherId) {
      return await orm
        .select({
          sequence: keyEvents.sequence,
          sha256: keyEvents.sha256,
          action: keyEvents.action,
          keyId: keyEvents.keyId,
          signerKeyId: keyEvents.signerKeyId,
          envelope: keyEvents.envelope,
          at: keyEvents.at,
        })
        .from(keyEvents)
        .where(eq(keyEvents.publisherId, Number(publisherId)))
        .orderBy(keyEvents.sequence);
    },

    async append(event: NewKeyEvent, at: number) {
      const [written] = await db.batch<{ sequence: number }>(keyEventStatements(db, event, at));
      return (written?.results.length ?? 0) === 1;
    },
  };
}

function readHead(row: Record<string, unknown> | undefined): KeyChainHead {
  if (row === undefined) return { sequence: 0, eventSha256: null };
  return { sequence: row.sequence as number, eventSha256: row.sha256 as string };
}

function readKey(row: Record<string, unknown>): CutKey {
  return {
    keyId: row.key_id as string,
    publicKey: row.public_key as string,
    state: row.state as CutKey["state"],
    cuts: JSON.parse(row.cuts as string) as Record<string, number>,
  };
}
