import { env } from "cloudflare:workers";
import { createAccountStore } from "../../../src/storage/account/account-store.ts";
import { createInstanceStore } from "../../../src/storage/account/instance-store.ts";
import { createKeyChainStore } from "../../../src/storage/account/key-store.ts";
import { createRecoveryStore } from "../../../src/storage/account/recovery-store.ts";
import { createWebhookStore } from "../../../src/storage/account/webhook-store.ts";
import { accountContract } from "./account.contract.ts";
import { keyContract } from "./keys.contract.ts";

accountContract("on D1", async () => ({
  accounts: createAccountStore(env.DB),
  instances: createInstanceStore(env.DB),
  webhooks: createWebhookStore(env.DB),
  async owe({ instanceId, subjectId, notBefore, createdAt }) {
    const row = await env.DB.prepare(
      `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, sequence, data, not_before, created_at)
       VALUES (?, 'license.updated', ?, ?, 3, '{"a":1}', ?, ?) RETURNING id`,
    )
      .bind(
        Number(instanceId),
        subjectId === null ? "other" : "license",
        subjectId === null ? null : Number(subjectId),
        notBefore,
        createdAt,
      )
      .first<{ id: number }>();
    return String(row?.id);
  },
  async stateOf(deliveryId) {
    const row = await env.DB.prepare("SELECT state FROM webhook_outbox WHERE id = ?")
      .bind(Number(deliveryId))
      .first<{ state: string }>();
    return row?.state ?? "";
  },
  async auditActions() {
    const { results } = await env.DB.prepare("SELECT action FROM audit").all<{ action: string }>();
    return results.map(({ action }) => action);
  },
}));

keyContract("on D1", async () => ({
  keyChains: createKeyChainStore(env.DB),
  recoveries: createRecoveryStore(env.DB),
  async addPublisher(handle, keyId, plugin) {
    const insert = async (sql: string, ...bound: (string | number)[]) =>
      Number(
        await env.DB.prepare(`${sql} RETURNING *`)
          .bind(...bound)
          .first("id"),
      );
    const account = await insert("INSERT INTO accounts (name, created_at) VALUES ('x', 1)");
    const publisher = await insert(
      "INSERT INTO publishers (handle, display_name, created_at) VALUES (?, 'x', 1)",
      handle,
    );
    await env.DB.batch([
      env.DB.prepare(
        "INSERT INTO publisher_keys (key_id, publisher_id, public_key, state, account_id, created_at) VALUES (?1, ?2, ?1, 'active', ?3, 1)",
      ).bind(keyId, publisher, account),
      env.DB.prepare(
        `INSERT INTO plugins (uuid, name, publisher_id, display_name, description, category, type, pricing, head_sequence,
           created_at, updated_at) VALUES (?1, ?1, ?2, 'x', 'x', 'other', 'ui', '{}', 5, 1, 1)`,
      ).bind(plugin, publisher),
    ]);
    return { publisherId: String(publisher), accountId: String(account) };
  },
}));
