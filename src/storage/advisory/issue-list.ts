import { LIST_LIFETIME, LIST_RENEWAL, listPayload, type RevocationList } from "../../domain/advisory/list.ts";
import type { RevocationEntry } from "../../domain/advisory/revocation.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { canonicalBytes } from "../../domain/json/canonical.ts";
import { MINUTE } from "../../domain/time.ts";
import { type Envelope, sealEnvelope } from "../../domain/trust/envelope.ts";
import { createSigner, type Ed25519Signer } from "../../domain/trust/signer.ts";
import type { IssuedList } from "../../market/advisory/revocation-ports.ts";

/** The key of the list is that of the update repository's role of the same name; null where it is not configured. */
export function openRevocationSigner(env: {
  readonly TUF_REVOCATIONS_PKCS8?: string | undefined;
}): Ed25519Signer | null {
  const secret = env.TUF_REVOCATIONS_PKCS8?.trim();
  if (!secret) return null;
  const signer = createSigner(Uint8Array.from(atob(secret), (char) => char.charCodeAt(0)));
  if (signer === null) throw new Error("the revocations key is no PKCS#8 Ed25519 key");
  return signer;
}

/**
 * The list in force, signed anew where something changed or an hour passed. Whoever comes second finds the first one's list.
 * Epochs are also never below the minutes of the clock: a restored backup does not lead them back.
 */
export async function currentList(
  db: D1Database,
  signer: Ed25519Signer,
  marketplace: string,
  now: number,
): Promise<IssuedList> {
  const [lists, marks] = await db.batch<ListRow & { readonly newest: number }>([
    db.prepare("SELECT * FROM revocation_lists ORDER BY epoch DESC LIMIT 1"),
    db.prepare("SELECT COALESCE(MAX(seq), 0) AS newest FROM release_revocations"),
  ]);
  const last = lists?.results[0];
  const upTo = marks?.results[0]?.newest ?? 0;
  const age = last === undefined ? Number.POSITIVE_INFINITY : now - last.issued_at;
  if (last !== undefined && last.document !== null && last.up_to === upTo && age < LIST_RENEWAL && age > -LIST_RENEWAL)
    return issuedOf(last, last.document);
  const epoch = Math.max((last?.epoch ?? 0) + 1, Math.floor(now / MINUTE));
  const entries = await entriesInForce(db);
  const expires = now + LIST_LIFETIME;
  const list = {
    marketplace,
    epoch,
    issuedAt: now,
    expires,
    previous: last?.sha256 ?? null,
    entries,
    since: null,
    lifted: [],
  };
  const { document, sha256 } = await signList(signer, list);
  const [put] = await db.batch([
    db
      .prepare(
        `INSERT INTO revocation_lists (epoch, up_to, issued_at, expires_at, sha256, document)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT COALESCE(MAX(epoch), 0) FROM revocation_lists) = ?7`,
      )
      .bind(epoch, upTo, now, expires, sha256, JSON.stringify(document), last?.epoch ?? 0),
    db.prepare(
      "UPDATE revocation_lists SET document = NULL WHERE epoch < (SELECT MAX(epoch) FROM revocation_lists) AND document IS NOT NULL",
    ),
    db.prepare("DELETE FROM revocation_lists WHERE issued_at < ?1").bind(now - KEPT),
  ]);
  if (put?.meta.changes === 1) return { epoch, expires, sha256, document };
  return currentList(db, signer, marketplace, now);
}

/** Signed lists are known by their epoch so long: who was away longer gets the whole. Seconds. */
const KEPT = 30 * LIST_LIFETIME;

/** What changed since a list that is still known, signed as of the one in force. Null: it is not known. */
export async function listSince(
  db: D1Database,
  signer: Ed25519Signer,
  marketplace: string,
  epoch: number,
  now: number,
): Promise<IssuedList | null> {
  const current = await currentList(db, signer, marketplace, now);
  const [known, head] = await db.batch<ListRow>([
    db.prepare("SELECT * FROM revocation_lists WHERE epoch = ?1").bind(epoch),
    db.prepare("SELECT * FROM revocation_lists WHERE epoch = ?1").bind(current.epoch),
  ]);
  const [from, to] = [known?.results[0], head?.results[0]];
  if (from === undefined || to === undefined) return null;
  const { results } = await db
    .prepare(
      `SELECT e.* FROM release_revocations e WHERE e.seq > ?1 AND e.seq <= ?2
         AND NOT EXISTS (SELECT 1 FROM release_revocations n WHERE n.subject = e.subject AND n.seq > e.seq AND n.seq <= ?2)
       ORDER BY e.seq`,
    )
    .bind(from.up_to, to.up_to)
    .all<EntryRow>();
  const { document, sha256 } = await signList(signer, {
    marketplace,
    epoch: current.epoch,
    issuedAt: to.issued_at,
    expires: current.expires,
    previous: from.sha256,
    entries: results.filter(({ is_lifted }) => is_lifted === 0).map(entryOfRow),
    since: epoch,
    lifted: results.filter(({ is_lifted }) => is_lifted === 1).map(({ subject }) => subject),
  });
  return { epoch: current.epoch, expires: current.expires, sha256, document };
}

async function entriesInForce(db: D1Database): Promise<readonly RevocationEntry[]> {
  const { results } = await db
    .prepare(
      `SELECT e.* FROM release_revocations e WHERE e.is_lifted = 0
         AND NOT EXISTS (SELECT 1 FROM release_revocations n WHERE n.subject = e.subject AND n.seq > e.seq) ORDER BY e.seq`,
    )
    .all<EntryRow>();
  return results.map(entryOfRow);
}

async function signList(signer: Ed25519Signer, list: RevocationList): Promise<{ document: Envelope; sha256: string }> {
  const payload = listPayload(list);
  return { document: await sealEnvelope(payload, signer), sha256: await sha256Hex(canonicalBytes(payload)) };
}

interface ListRow {
  readonly epoch: number;
  readonly up_to: number;
  readonly issued_at: number;
  readonly expires_at: number;
  readonly sha256: string;
  readonly document: string | null;
}
export interface EntryRow {
  readonly seq: number;
  readonly subject: string;
  readonly kind: RevocationEntry["kind"];
  readonly name: string | null;
  readonly version: string | null;
  readonly sha256: string | null;
  readonly publisher: string | null;
  readonly key_id: string | null;
  readonly level: RevocationEntry["level"];
  readonly code: RevocationEntry["code"];
  readonly since: number;
  readonly replacement: string | null;
  readonly advisory: string | null;
  readonly note: string;
  readonly is_lifted: number;
}

export function entryOfRow(row: EntryRow): RevocationEntry {
  const { kind, name, version, sha256, publisher, key_id, level, code, since, replacement, advisory, note } = row;
  return { kind, name, version, sha256, publisher, keyId: key_id, level, code, since, replacement, advisory, note };
}

function issuedOf({ epoch, expires_at, sha256 }: ListRow, document: string): IssuedList {
  return { epoch, expires: expires_at, sha256, document: JSON.parse(document) as Envelope };
}
