import { TRANSFER_WINDOW } from "../../domain/license/seat-budget.ts";
import type { LicenseDeviceStore, TransferOffer } from "../../market/license/device-ports.ts";
import { appendEvent, appendWebhook } from "./append-event.ts";
import { appendRevocation } from "./revocations.ts";

type Transfers = Pick<LicenseDeviceStore, "offerTransfer" | "transferOffer" | "instanceOwner" | "completeTransfer">;

/** Licenses on their way from one instance to another. */
export function transfersOn(db: D1Database): Transfers {
  return {
    async offerTransfer(offer, op, actor, license) {
      const [offered] = await db.batch([
        db
          .prepare(
            `INSERT INTO license_transfers (license_id, to_instance_id, to_user_id, offered_by, offered_at, expires_at)
            SELECT l.id, ?3, ?4, ?5, ?6, ?7 FROM licenses l WHERE l.id = ?1 AND l.rev = ?2
            ON CONFLICT (license_id) DO UPDATE SET to_instance_id = excluded.to_instance_id, to_user_id = excluded.to_user_id,
              offered_by = excluded.offered_by, offered_at = excluded.offered_at, expires_at = excluded.expires_at
            RETURNING license_id`,
          )
          .bind(
            Number(license.id),
            license.rev,
            Number(offer.toInstanceId),
            offer.toUserId,
            offer.offeredBy,
            offer.offeredAt,
            offer.expiresAt,
          ),
        appendEvent(
          db,
          "l.id = ?1 AND EXISTS (SELECT 1 FROM license_transfers t WHERE t.license_id = l.id AND t.offered_at = ?2)",
          Number(license.id),
          "license.transfer_offered",
          actor,
          op,
          { instanceId: offer.toInstanceId, userId: offer.toUserId },
          offer.offeredAt,
        ),
      ]);
      return offered?.results.length === 1;
    },

    async transferOffer(licenseId, now) {
      const row = await db
        .prepare("SELECT * FROM license_transfers WHERE license_id = ?1 AND expires_at > ?2")
        .bind(Number(licenseId), now)
        .first<{ [column: string]: string | number }>();
      return row === null ? null : offerOf(row);
    },

    async instanceOwner(instanceId) {
      const owner = await db
        .prepare("SELECT account_id FROM instances WHERE id = ?1 AND state = 'active'")
        .bind(Number(instanceId))
        .first<number>("account_id");
      return owner === null ? null : String(owner);
    },

    async completeTransfer({ license, offer, key, actor, op, now }) {
      const id = Number(license.id);
      const mine = "EXISTS (SELECT 1 FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2)";
      // Other licenses of the target for the plugin, an earlier transfer, and whoever wrote meanwhile stand in the way.
      const [moved] = await db.batch([
        db
          .prepare(
            `UPDATE licenses SET instance_id = ?3, user_id = ?4, hardware_id = NULL, rev = rev + 1, epoch = epoch + 1, last_op = ?2
            WHERE id = ?1 AND rev = ?5
              AND EXISTS (SELECT 1 FROM license_transfers t WHERE t.license_id = ?1 AND t.to_instance_id = ?3
                AND t.to_user_id = ?4 AND t.expires_at > ?6)
              AND NOT EXISTS (SELECT 1 FROM licenses y WHERE y.instance_id = ?3 AND y.user_id = ?4
                AND y.plugin_id = licenses.plugin_id AND y.id <> ?1 AND y.state <> 'revoked'
                AND COALESCE(y.grace_until, y.expires_at, ?6 + 1) > ?6)
              AND NOT EXISTS (SELECT 1 FROM license_events e WHERE e.license_id = ?1 AND e.kind = 'license.transferred'
                AND e.at > ?7)
            RETURNING id`,
          )
          .bind(id, op, Number(offer.toInstanceId), offer.toUserId, license.rev, now, now - TRANSFER_WINDOW),
        db
          .prepare(
            `UPDATE activations SET released_at = ?3, release_reason = 'transferred', last_op = ?2
            WHERE license_id = ?1 AND released_at IS NULL AND ${mine}`,
          )
          .bind(id, op, now),
        // The old instance is told its key once more; then its sealed text goes, as that of every other key goes now.
        db
          .prepare(
            `UPDATE license_keys SET valid_until = ?3, erase_at = ?3, sealed = iif(state = 'current', sealed, NULL),
              state = 'retired' WHERE license_id = ?1 AND ${mine}`,
          )
          .bind(id, op, now),
        db
          .prepare(
            `INSERT INTO license_keys (key_hash, license_id, kind, pepper_v, hint, sealed, state, serial)
            SELECT ?3, l.id, ?4, ?7, ?5, ?6, 'current',
              (SELECT MAX(k.serial) + 1 FROM license_keys k WHERE k.license_id = l.id)
            FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2`,
          )
          .bind(id, op, key.hash, key.kind, key.hint, key.sealed, key.pepperV),
        // Bodies are rendered when sent: what the old instance is still owed would show it the new key.
        db
          .prepare(
            `DELETE FROM webhook_outbox WHERE subject_kind = 'license' AND subject_id = ?1 AND instance_id = ?3 AND ${mine}`,
          )
          .bind(id, op, Number(license.instanceId)),
        db
          .prepare(
            `DELETE FROM license_outbox WHERE license_id = ?1 AND ${mine}
              AND subscriber_id IN (SELECT s.id FROM webhook_subscribers s WHERE s.instance_id = ?3)`,
          )
          .bind(id, op, Number(license.instanceId)),
        db.prepare(`DELETE FROM license_transfers WHERE license_id = ?1 AND ${mine}`).bind(id, op),
        db
          .prepare(
            `UPDATE download_tokens SET used_at = ?3 WHERE license_id = ?1 AND used_at IS NULL AND expires_at > ?3 AND ${mine}`,
          )
          .bind(id, op, now),
        appendEvent(
          db,
          "l.id = ?1 AND l.last_op = ?5",
          id,
          "license.transferred",
          actor,
          op,
          { instanceId: offer.toInstanceId, userId: offer.toUserId },
          now,
        ),
        appendRevocation(db, "lic", license.id, "changed", "transferred", op, now),
        tellFormerInstance(db, id, license.instanceId, op, now),
        appendWebhook(db, "l.id = ?1", id, "license.created", op, now, now),
      ]);
      if (moved?.results.length === 1) return "moved";
      const isTaken = await db
        .prepare(
          `SELECT 1 FROM licenses y WHERE y.instance_id = ?1 AND y.user_id = ?2 AND y.plugin_id = ?3 AND y.id <> ?4
            AND y.state <> 'revoked' AND COALESCE(y.grace_until, y.expires_at, ?5 + 1) > ?5`,
        )
        .bind(Number(offer.toInstanceId), offer.toUserId, Number(license.pluginId), id, now)
        .first();
      return isTaken === null ? "changed" : "already_licensed";
    },
  };
}

/** `license.revoked` for the old key, to the instance that the license left: what it is owed about is fixed here. */
function tellFormerInstance(
  db: D1Database,
  licenseId: number,
  instanceId: string,
  op: string,
  now: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, sequence, data, not_before, created_at)
      SELECT ?3, 'license.revoked', 'license', l.id,
        (SELECT MAX(e.seq) FROM license_events e WHERE e.license_id = l.id),
        json_object('serial', (SELECT MAX(k.serial) - 1 FROM license_keys k WHERE k.license_id = l.id), 'instance', ?5), ?4, ?4
      FROM licenses l WHERE l.id = ?1 AND l.last_op = ?2`,
    )
    .bind(licenseId, op, Number(instanceId), now, instanceId);
}

function offerOf(row: { readonly [column: string]: string | number }): TransferOffer {
  return {
    licenseId: String(row.license_id),
    toInstanceId: String(row.to_instance_id),
    toUserId: String(row.to_user_id),
    offeredBy: String(row.offered_by),
    offeredAt: Number(row.offered_at),
    expiresAt: Number(row.expires_at),
  };
}
