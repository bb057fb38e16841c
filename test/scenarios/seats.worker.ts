import { encodeBase64url, encodeUtf8 } from "../../src/domain/bytes.ts";
import { sha256 } from "../../src/domain/digest.ts";
import { type LeaseExpectation, verifyLease } from "../../src/sdk/license/index.ts";
import { call } from "../api/account/calls.worker.ts";
import { freshNonce } from "../api/license/device.worker.ts";
import {
  type Answer,
  alter,
  count,
  hardware,
  makeInstance,
  makePlugin,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "../api/license/shop.worker.ts";
import { nowSeconds } from "../clock.ts";

/** A license of one plugin with devices 1, 2, 3 … that use it; what scenarios about seats start from. */
export interface Stand {
  readonly instance: TestInstance;
  readonly plugin: TestPlugin;
  readonly licenseId: string;
  readonly licenseKey: string;
  readonly userId: string;
  readonly wish: (device: number, over?: object) => Record<string, unknown>;
  readonly activate: (device: number, over?: object) => Promise<Answer>;
  readonly refresh: (seat: Answer, over?: object) => Promise<Answer>;
  readonly ping: (seat: Answer, over?: object) => Promise<Answer>;
  readonly release: (seat: Answer) => Promise<Answer>;
  /** Live rows now. */
  readonly live: () => Promise<number>;
  readonly change: (columns: string) => Promise<void>;
  readonly verify: (lease: string, over?: Partial<LeaseExpectation>) => ReturnType<typeof verifyLease>;
}

let instance: Promise<TestInstance> | undefined;
let plugin: Promise<TestPlugin> | undefined;
let keys: Promise<Answer> | undefined;

/** A basic license of three seats, unless columns say otherwise. */
export async function makeStand(columns?: string, over: { plugin?: TestPlugin; sold?: object } = {}): Promise<Stand> {
  instance ??= makeInstance();
  plugin ??= makePlugin();
  const [owner, sold] = [await instance, over.plugin ?? (await plugin)];
  const { id, licenseKey, userId } = await sellLicense(owner, sold, { ...over.sold });
  const change = (set: string) => alter(`UPDATE licenses SET ${set}, rev = rev + 1 WHERE id = ?`, Number(id));
  if (columns !== undefined) await change(columns);
  const wish = (device: number, more: object = {}) => ({
    licenseKey,
    pluginId: sold.id,
    hardwareId: hardware(device),
    version: "1.0.0",
    ...more,
  });
  const path = (seat: Answer) => `/v1/installations/${seat.body.installationId}`;
  return {
    instance: owner,
    plugin: sold,
    licenseId: id,
    licenseKey,
    userId,
    wish,
    change,
    activate: (device, more) => owner.post("/v1/installations", wish(device, more)),
    refresh: (seat, more = {}) => owner.post(`${path(seat)}/lease`, { nonce: freshNonce(), ...more }),
    ping: (seat, more = {}) => owner.post(`${path(seat)}/heartbeat`, { nonce: freshNonce(), ...more }),
    release: (seat) => owner.send("DELETE", path(seat)),
    live: () =>
      count(
        "SELECT COUNT(*) AS n FROM activations WHERE license_id = ?1 AND released_at IS NULL AND lease_until > ?2",
        Number(id),
        nowSeconds(),
      ),
    async verify(lease, more = {}) {
      keys ??= call("GET", "/v1/keys");
      const pinned = (await keys).body.keys;
      return verifyLease(lease, {
        issuer: "http://localhost:8787",
        pluginId: sold.id,
        keys: pinned,
        now: nowSeconds(),
        instanceId: owner.id,
        ...more,
      });
    },
  };
}

/** What a reply to this body is bound to. */
export async function bindingTo(body: { readonly nonce: string }) {
  return { nonce: body.nonce, requestHash: encodeBase64url(await sha256(encodeUtf8(JSON.stringify(body)))) };
}

/** How often each `status CODE` was answered. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const said = `${status} ${body.code}`;
    counts[said] = (counts[said] ?? 0) + 1;
  }
  return counts;
}

export function times(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

/** The columns that make seats float. */
export const FLOATING = "seat_mode = 'floating', lease_ttl = 3600, refresh_s = 300, revive_window = 86400";
