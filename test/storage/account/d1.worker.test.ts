import { env } from "cloudflare:workers";
import { createAccountStore } from "../../../src/storage/account/account-store.ts";
import { createInstanceStore } from "../../../src/storage/account/instance-store.ts";
import { createWebhookStore } from "../../../src/storage/account/webhook-store.ts";
import { accountContract } from "./account.contract.ts";

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
