import type { WebhookEvent } from "../../domain/account/webhook.ts";
import type { Json } from "../../domain/json/json.ts";

type PluginEvent = Extract<WebhookEvent, `plugin.${string}`>;
type LicenseEvent = Extract<WebhookEvent, `license.${string}`>;

/*
 * Statements for the batch that makes the change: either both happen or neither. Each returns the `id` of every row
 * written, so that the caller can ring `world.webhookBell` for it after the batch; without a ring the next sweep finds it.
 */

/**
 * Owes the license's instance an event. The license is named by its uuid, so that the statement also works in the batch
 * that inserts it. `whenOp`: only if an event of that operation was written to `license_events` before.
 */
export function licenseWebhook(
  db: D1Database,
  row: {
    readonly event: LicenseEvent;
    readonly licenseUuid: string;
    /** Unix seconds. */
    readonly at: number;
    /** Held back this long (`OWN_LICENSE_HOLD_SECONDS` after an instance's own POST /licenses). */
    readonly holdSeconds?: number;
    readonly whenOp?: string;
  },
): D1PreparedStatement {
  const { event, licenseUuid, at, holdSeconds = 0, whenOp } = row;
  return db
    .prepare(
      `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, sequence, not_before, created_at)
       SELECT l.instance_id, ?1, 'license', l.id,
              coalesce((SELECT max(e.seq) FROM license_events e WHERE e.license_id = l.id), 0), ?2, ?3
       FROM licenses l WHERE l.uuid = ?4
         AND (?5 IS NULL OR EXISTS (SELECT 1 FROM license_events e WHERE e.license_id = l.id AND e.op = ?5))
       RETURNING id`,
    )
    .bind(event, at + holdSeconds, at, licenseUuid, whenOp ?? null);
}

/**
 * Owes an event about a plugin to the instances of its publisher, to every instance that holds a license for it if
 * `audience` is `holders`, and to the one that caused it if named.
 */
export function pluginWebhook(
  db: D1Database,
  row: {
    readonly event: PluginEvent;
    readonly pluginId: string;
    readonly data: { readonly [key: string]: Json };
    readonly audience: "publisher" | "holders";
    readonly instanceId?: string;
    readonly at: number;
  },
): D1PreparedStatement {
  const { event, pluginId, data, audience, instanceId, at } = row;
  return db
    .prepare(
      `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, data, not_before, created_at)
       SELECT i.id, ?1, 'plugin', p.id, ?2, ?3, ?3 FROM plugins p JOIN instances i ON i.state = 'active' AND (
           i.publisher_id = p.publisher_id OR i.id = ?4
           OR (?5 = 'holders' AND EXISTS (SELECT 1 FROM licenses l
                WHERE l.instance_id = i.id AND l.plugin_id = p.id AND l.state <> 'revoked')))
       WHERE p.id = ?6 RETURNING id`,
    )
    .bind(
      event,
      JSON.stringify(data),
      at,
      instanceId === undefined ? null : Number(instanceId),
      audience,
      Number(pluginId),
    );
}

/** The ids that such statements returned, out of the results of their batch. */
export function webhookIds(result: D1Result | undefined): readonly string[] {
  return ((result?.results ?? []) as { id: number }[]).map((row) => String(row.id));
}
