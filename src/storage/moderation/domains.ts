import type { DomainProof, DomainStore } from "../../market/moderation/ports.ts";
import type { SqlRow } from "../sql-row.ts";
import type { domainProofs } from "./schema.ts";

type ProofRow = SqlRow<typeof domainProofs> & { readonly handle: string };
const PROOF = "SELECT d.*, b.handle FROM domain_proofs d JOIN publishers b ON b.id = d.publisher_id";

/** Domains that publishers proved, on D1. `publishers.verified_domain` is what everybody is shown. */
export function domainsOnD1(db: D1Database): DomainStore {
  return {
    async find(publisherId) {
      const row = await db.prepare(`${PROOF} WHERE d.publisher_id = ?`).bind(Number(publisherId)).first<ProofRow>();
      return row === null ? null : proofOf(row);
    },
    async ask(publisherId, domain, nonce, accountId, at) {
      const id = Number(publisherId);
      const [asked] = await db.batch<{ publisher_id: number }>([
        db
          .prepare(
            `INSERT INTO domain_proofs (publisher_id, domain, nonce, asked_at)
             SELECT id, ?2, ?3, ?4 FROM publishers WHERE id = ?1
               AND NOT EXISTS (SELECT 1 FROM publishers o WHERE o.verified_domain = ?2 AND o.id <> ?1)
             ON CONFLICT DO UPDATE SET domain = ?2, nonce = ?3, asked_at = ?4, method = NULL, next_check_at = NULL,
               failing_since = NULL, verified_at = NULL RETURNING publisher_id`,
          )
          .bind(id, domain, nonce, at),
        db.prepare("UPDATE publishers SET verified_domain = NULL WHERE id = ?1 AND changes() = 1").bind(id),
        audited(db, "publisher.domain_asked", "account", accountId, publisherId, { domain }, at),
      ]);
      return asked?.results.length === 1;
    },
    async verified(publisherId, method, nextCheckAt, at) {
      const id = Number(publisherId);
      const [proven] = await db.batch<{ publisher_id: number }>([
        db
          .prepare(
            `UPDATE domain_proofs SET method = ?2, next_check_at = ?3, failing_since = NULL, verified_at = coalesce(verified_at, ?4)
             WHERE publisher_id = ?1 AND NOT EXISTS (SELECT 1 FROM publishers o
               WHERE o.verified_domain = domain_proofs.domain AND o.id <> ?1) RETURNING publisher_id`,
          )
          .bind(id, method, nextCheckAt, at),
        db
          .prepare(
            `UPDATE publishers SET verified_domain = (SELECT domain FROM domain_proofs WHERE publisher_id = ?1)
             WHERE id = ?1 AND changes() = 1`,
          )
          .bind(id),
      ]);
      return proven?.results.length === 1;
    },
    async missed(publisherId, nextCheckAt, graceSeconds, at) {
      const id = Number(publisherId);
      await db.batch([
        db
          .prepare(
            `UPDATE domain_proofs SET failing_since = coalesce(failing_since, ?3), next_check_at = ?2 WHERE publisher_id = ?1`,
          )
          .bind(id, nextCheckAt, at),
        db
          .prepare(
            `UPDATE publishers SET verified_domain = NULL WHERE id = ?1 AND EXISTS (SELECT 1 FROM domain_proofs d
               WHERE d.publisher_id = ?1 AND d.failing_since <= ?2)`,
          )
          .bind(id, at - graceSeconds),
        db
          .prepare(
            `UPDATE domain_proofs SET verified_at = NULL, next_check_at = NULL WHERE publisher_id = ?1 AND failing_since <= ?2`,
          )
          .bind(id, at - graceSeconds),
      ]);
    },
    async due(at, limit) {
      const { results } = await db
        .prepare(`${PROOF} WHERE d.next_check_at <= ? ORDER BY d.next_check_at LIMIT ?`)
        .bind(at, limit)
        .all<ProofRow>();
      return results.map(proofOf);
    },
    async forget(publisherId, accountId, at) {
      const id = Number(publisherId);
      await db.batch([
        db.prepare("DELETE FROM domain_proofs WHERE publisher_id = ?").bind(id),
        db.prepare("UPDATE publishers SET verified_domain = NULL WHERE id = ?").bind(id),
        audited(db, "publisher.domain_forgotten", "account", accountId, publisherId, {}, at),
      ]);
    },
  };
}

function audited(
  db: D1Database,
  action: string,
  actorKind: string,
  actorId: string,
  publisherId: string,
  data: { readonly [name: string]: string },
  at: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
       SELECT ?, ?, ?, ?, 'publisher', ?, ? WHERE changes() = 1`,
    )
    .bind(at, actorKind, actorId, action, publisherId, JSON.stringify(data));
}

function proofOf(row: ProofRow): DomainProof {
  return {
    publisherId: String(row.publisher_id),
    handle: row.handle,
    domain: row.domain,
    nonce: row.nonce,
    verifiedAt: row.verified_at,
    nextCheckAt: row.next_check_at,
    failingSince: row.failing_since,
  };
}
