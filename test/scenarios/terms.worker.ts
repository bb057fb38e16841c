import { env, exports } from "cloudflare:workers";
import type { ChangeWorld } from "../../src/market/license/apply-change.ts";
import { sweepLicenses } from "../../src/market/license/sweep-licenses.ts";
import type { World } from "../../src/market/ports.ts";
import { createWebhookBell, createWebhookStore } from "../../src/storage/account/webhook-store.ts";
import { createLicenseAudit } from "../../src/storage/license/audit.ts";
import { createLicenseKeyStore } from "../../src/storage/license/keys.ts";
import { createLastGood, type LastGood } from "../../src/storage/license/last-good.ts";
import { createLicenseStore } from "../../src/storage/license/store.ts";
import { createLicenseSweeper } from "../../src/storage/license/sweep.ts";
import type { Answer } from "../api/license/shop.worker.ts";

const clock = { now: () => Date.now() };
const objects = exports as unknown as { readonly LastGood: DurableObjectNamespace<LastGood> };

/** What payments and sweeps act on: the real stores, as the Worker puts them together. */
export const world: ChangeWorld & Pick<World, "licenseSweeper" | "licenseKeys" | "licenseAudit"> = {
  clock,
  licenses: createLicenseStore(env.DB, clock),
  licenseKeys: createLicenseKeyStore(env.DB),
  licenseAudit: createLicenseAudit(env.DB),
  licenseSweeper: createLicenseSweeper(env.DB),
  lastGood: createLastGood(() => objects.LastGood, env.DB),
  webhooks: createWebhookStore(env.DB),
  webhookBell: createWebhookBell(env.WEBHOOKS),
  chance: {
    bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    uuid: () => crypto.randomUUID(),
  },
  background: { defer: (work) => void work.catch(() => undefined) },
};

/** One minute's tick. */
export function sweep(): Promise<void> {
  return sweepLicenses(world);
}

/** `status CODE` of answers; of validations the status their verdict names. */
export function said({ status, body }: Answer): string {
  return `${body.verdict === undefined ? status : (body.status ?? status)} ${body.code}`;
}
