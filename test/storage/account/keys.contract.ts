import { beforeEach, describe, expect, it } from "vitest";
import type { KeyEvent } from "../../../src/domain/trust/key-event.ts";
import { RECOVERY_WAIT_SECONDS } from "../../../src/domain/trust/recovery.ts";
import type { KeyChainStore, NewKeyEvent } from "../../../src/market/account/key-ports.ts";
import type { KeyRecoveryStore } from "../../../src/market/account/recovery-ports.ts";

export interface KeySetting {
  readonly keyChains: KeyChainStore;
  readonly recoveries: KeyRecoveryStore;
  /** A publisher with one owner, its first key, and a plugin whose chain stands at 5. */
  addPublisher(handle: string, keyId: string, plugin: string): Promise<{ publisherId: string; accountId: string }>;
}

const NOON = 1_796_126_400;

/** What every implementation of the ports about publisher keys must do. */
export function keyContract(title: string, open: () => Promise<KeySetting>): void {
  describe(`publisher keys ${title}`, () => {
    let setting: KeySetting;
    let serial = 0;
    let house: { publisherId: string; accountId: string };
    const named = (name: string) => `${name}-${serial}`;
    beforeEach(async () => {
      setting = await open();
      serial++;
      house = await setting.addPublisher(named("house"), named("first"), named("notes"));
    });

    type Change =
      | { readonly action: "add" | "recover"; readonly publicKey: string }
      | { readonly action: "retire"; readonly keyId: string }
      | { readonly action: "compromise"; readonly keyId: string; readonly fromSequence: { [plugin: string]: number } };
    let acts = 0;
    /** The next link, by the first key; a key's bytes are its name here. */
    const append = async (change: Change, over: Partial<NewKeyEvent> = {}, at = NOON) => {
      const { head } = await setting.keyChains.read(house.publisherId);
      const link = { sequence: head.sequence + 1, previous: head.eventSha256 };
      const event = {
        type: "rbsm-key-event/1",
        marketplace: "m",
        publisher: named("house"),
        ...link,
        ...change,
      } as KeyEvent;
      const keyId = "keyId" in change ? change.keyId : change.publicKey;
      return setting.keyChains.append(
        {
          ...house,
          handle: named("house"),
          event,
          sha256: `event-${serial}-${++acts}`,
          keyId,
          signerKeyId: named("first"),
          envelope: "{}",
          nonceHash: "publicKey" in change ? `nonce-${change.publicKey}` : null,
          trustedAt: at,
          op: `op-${serial}-${acts}`,
          ...over,
        },
        at,
      );
    };
    const offer = (publicKey: string, expiresAt = NOON + 600) =>
      setting.keyChains.offer({ nonceHash: `nonce-${publicKey}`, ...house, publicKey, expiresAt });
    const states = async () => {
      const { keys } = await setting.keyChains.read(house.publisherId);
      return Object.fromEntries(keys.map(({ keyId, state }) => [keyId, state]));
    };

    it("add a key over its own nonce, once, as the next link and by a key in use", async () => {
      const second = named("second");
      expect(await append({ action: "add", publicKey: second })).toBe(false);
      await offer(second);
      const add = { action: "add", publicKey: second } as const;
      expect(await append(add, { signerKeyId: "stranger" })).toBe(false);
      expect(await append(add, { nonceHash: `nonce-${named("other")}` })).toBe(false);
      const both = await Promise.all([append(add), append(add)]);
      expect(both.filter(Boolean)).toHaveLength(1);
      expect(await states()).toEqual({ [named("first")]: "active", [second]: "active" });
      const events = await setting.keyChains.events(house.publisherId);
      expect(events).toMatchObject([{ sequence: 1, action: "add", keyId: second, signerKeyId: named("first") }]);
      await offer(named("late"), NOON);
      expect(await append({ action: "add", publicKey: named("late") })).toBe(false);
    });

    it("retire with a cut where the chains stand, but never the last one", async () => {
      const [first, second] = [named("first"), named("second")];
      expect(await append({ action: "retire", keyId: first })).toBe(false);
      await offer(second);
      await append({ action: "add", publicKey: second });
      expect(await append({ action: "retire", keyId: first })).toBe(true);
      const { keys } = await setting.keyChains.read(house.publisherId);
      expect(keys.find(({ keyId }) => keyId === first)).toMatchObject({
        state: "retired",
        cuts: { [named("notes")]: 6 },
      });
      expect(await append({ action: "retire", keyId: second })).toBe(false);
    });

    it("fall to a compromise from the sequence it names, never beyond the head, and stay fallen", async () => {
      const [first, second, plugin] = [named("first"), named("second"), named("notes")];
      await offer(second);
      await append({ action: "add", publicKey: second });
      const compromise = { action: "compromise", keyId: second, fromSequence: { [plugin]: 99 } } as const;
      expect(await append(compromise)).toBe(true);
      const { keys } = await setting.keyChains.read(house.publisherId);
      expect(keys.find(({ keyId }) => keyId === second)).toMatchObject({ state: "compromised", cuts: { [plugin]: 6 } });
      expect(await append(compromise)).toBe(false);
      expect(await append({ action: "compromise", keyId: first, fromSequence: {} })).toBe(true);
    });

    it("are recovered after the wait alone, and all others retire", async () => {
      const fresh = named("fresh");
      const { publisherId, accountId } = house;
      const wish = { publisherId, accountId, handle: named("house"), keyId: fresh, publicKey: fresh };
      const both = await Promise.all([setting.recoveries.open(wish, NOON), setting.recoveries.open(wish, NOON)]);
      expect(both.filter(Boolean)).toHaveLength(1);
      expect(await setting.recoveries.find(publisherId)).toEqual({ keyId: fresh, publicKey: fresh, requestedAt: NOON });
      const later = NOON + RECOVERY_WAIT_SECONDS;
      await offer(fresh, later + 600);
      const recover = { action: "recover", publicKey: fresh } as const;
      expect(await append(recover, { signerKeyId: "marketplace" }, later - 1)).toBe(false);
      expect(await append(recover, { signerKeyId: "marketplace" }, later)).toBe(true);
      expect(await states()).toEqual({ [named("first")]: "retired", [fresh]: "active" });
      expect(await setting.recoveries.find(publisherId)).toBeNull();
      expect(await setting.recoveries.open(wish, later)).toBe(false);
      expect(await setting.recoveries.cancel(publisherId, named("house"), accountId, later)).toBe(false);
    });
  });
}
