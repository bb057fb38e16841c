import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { alias } from "drizzle-orm/sqlite-core";
import type { InstanceCredential, InstanceStore } from "../../market/account/ports.ts";
import { INSTANCE_API_SECRET } from "../../market/account/seal-purposes.ts";
import { auditStatement } from "./audit.ts";
import { instances, publishers } from "./schema.ts";

const organizations = alias(publishers, "organizations");

export function createInstanceStore(db: D1Database): InstanceStore {
  const orm = drizzle(db);
  return {
    findCredential: (apiKey) => findCredential(db, apiKey),

    async create(instance, at) {
      const [made] = await db.batch<{ id: number }>([
        db
          .prepare(
            `INSERT INTO instances (account_id, publisher_id, name, url, app_version, webhook_url, api_url, key_shape,
               api_key, api_secret_sealed, webhook_secret_sealed, host_api_key_sealed, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
          )
          .bind(
            Number(instance.accountId),
            instance.publisherId === null ? null : Number(instance.publisherId),
            instance.name,
            instance.url,
            instance.appVersion,
            instance.webhookUrl,
            instance.apiUrl,
            instance.keyShape,
            instance.apiKey,
            instance.apiSecretSealed,
            instance.webhookSecretSealed,
            instance.hostApiKeySealed,
            at,
          ),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
             SELECT ?, 'account', ?, 'instance.registered', 'instance', CAST(id AS TEXT), json_object('url', url)
             FROM instances WHERE api_key = ?`,
          )
          .bind(at, instance.accountId, instance.apiKey),
      ]);
      return String(made?.results[0]?.id);
    },

    async find(instanceId) {
      const found = await orm
        .select({ instance: instances, publisherHandle: publishers.handle, organizationHandle: organizations.handle })
        .from(instances)
        .leftJoin(publishers, eq(publishers.id, instances.publisherId))
        .leftJoin(organizations, eq(organizations.id, instances.organizationId))
        .where(eq(instances.id, Number(instanceId)))
        .get();
      if (found === undefined) return null;
      const { id, accountId, publisherId, organizationId: _, state, ...rest } = found.instance;
      return {
        ...rest,
        id: String(id),
        accountId: String(accountId),
        publisherId: publisherId === null ? null : String(publisherId),
        publisherHandle: found.publisherHandle,
        organizationHandle: found.organizationHandle,
        isSuspended: state === "suspended",
      };
    },

    async change(instanceId, fields, by, at) {
      const { publisherId, organizationId, ...rest } = fields;
      const values = {
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        ...(publisherId === undefined ? {} : { publisherId: publisherId === null ? null : Number(publisherId) }),
        ...(organizationId === undefined
          ? {}
          : { organizationId: organizationId === null ? null : Number(organizationId) }),
        // A changed receiver gets a fresh start; rows owed to it wait in the outbox.
        ...(fields.webhookUrl === undefined ? {} : { webhookPausedAt: null, webhookFailures: 0 }),
      };
      if (Object.keys(values).length === 0) return;
      const query = orm
        .update(instances)
        .set(values)
        .where(eq(instances.id, Number(instanceId)))
        .toSQL();
      await db.batch([
        db.prepare(query.sql).bind(...query.params),
        auditStatement(
          db,
          {
            actorKind: "account",
            actorId: by,
            action: "instance.changed",
            subjectKind: "instance",
            subjectId: instanceId,
            data: { fields: Object.keys(values).sort() },
          },
          at,
        ),
      ]);
    },

    async rotate(instanceId, secrets, by, at) {
      await db.batch([
        db
          .prepare(
            `UPDATE instances SET api_secret_sealed = ?, webhook_secret_sealed = ?, webhook_paused_at = NULL,
               webhook_failures = 0 WHERE id = ?`,
          )
          .bind(secrets.apiSecretSealed, secrets.webhookSecretSealed, Number(instanceId)),
        auditStatement(db, by, at),
      ]);
    },
  };
}

/** The state of the owning account counts too: a suspended owner's instances are suspended. */
async function findCredential(db: D1Database, apiKey: string): Promise<InstanceCredential | null> {
  const row = await db
    .prepare(
      `SELECT i.id, i.account_id, i.publisher_id, i.api_secret_sealed, i.state, a.state AS account_state
       FROM instances i JOIN accounts a ON a.id = i.account_id WHERE i.api_key = ?`,
    )
    .bind(apiKey)
    .first<{
      id: number;
      account_id: number;
      publisher_id: number | null;
      api_secret_sealed: string;
      state: string;
      account_state: string;
    }>();
  if (row === null) return null;
  return {
    instanceId: String(row.id),
    accountId: String(row.account_id),
    publisherId: row.publisher_id === null ? null : String(row.publisher_id),
    isSuspended: row.state !== "active" || row.account_state !== "active",
    apiSecret: { purpose: INSTANCE_API_SECRET, row: apiKey, sealed: row.api_secret_sealed },
  };
}
