import { expect, it } from "vitest";
import type { ListingStates } from "../../../src/market/publish/listing-state-ports.ts";
import type {
  DecisionFacts,
  NewRelease,
  Publication,
  ReleaseStates,
  ReleaseStore,
} from "../../../src/market/publish/ports.ts";
import type { SealingStore } from "../../../src/market/publish/sealing-ports.ts";

export interface StatesSetting {
  readonly releases: ReleaseStore;
  readonly states: ReleaseStates;
  readonly listings: ListingStates;
  readonly sealings: SealingStore;
}

/** A release that is out, and what its publication was; the releases' contract makes them. */
export interface Out {
  readonly pluginId: string;
  readonly releaseId: string;
  readonly ownerId: string;
  readonly strangerId: string;
}

const NOON = 1_796_126_400;

/** What every implementation of the ports about releases that are out must do; inside the releases' contract. */
export function statesContract(
  setting: () => StatesSetting,
  make: {
    publish(over?: Partial<NewRelease>, publication?: Partial<Publication>): Promise<Out>;
    review(over: Partial<NewRelease>): Promise<Out>;
    facts(releaseId: string): Promise<DecisionFacts>;
  },
): void {
  it("moves a published release from the state that was seen, once", async () => {
    const { states } = setting();
    const { pluginId, ownerId } = await make.publish();
    const release = await states.find(pluginId, "1.0.0");
    if (release === null) throw new Error("not found");
    expect(release).toMatchObject({ state: "published", notice: null });
    const yank = {
      release,
      to: "yanked",
      action: "release.yanked",
      yankReason: "Why",
      notice: null,
      accountId: ownerId,
    } as const;
    const all = await Promise.all([states.move(yank, NOON), states.move(yank, NOON)]);
    expect(all.filter(Boolean)).toHaveLength(1);
    expect(await states.find(pluginId, "1.0.0")).toMatchObject({ state: "yanked" });
    expect(await states.find(pluginId, "9.9.9")).toBeNull();
  });

  it("withdraws a release in review for a member, and for nobody else", async () => {
    const { states } = setting();
    const { releaseId, ownerId, strangerId } = await make.review({});
    expect(await states.withdraw(releaseId, "Mine", strangerId, NOON)).toBe(false);
    expect(await states.withdraw(releaseId, "Not yet", ownerId, NOON)).toBe(true);
    expect(await states.withdraw(releaseId, "Again", ownerId, NOON)).toBe(false);
    expect(await make.facts(releaseId)).toMatchObject({ state: "rejected", decisionReason: "Not yet" });
  });

  it("brings back the newest rejected release, and no other", async () => {
    const { states, listings } = setting();
    const { pluginId, releaseId, ownerId } = await make.review({});
    const actor = { kind: "account", id: ownerId } as const;
    expect(await listings.resubmit(releaseId, actor, NOON)).toBe(false);
    await states.withdraw(releaseId, "Not yet", ownerId, NOON);
    expect((await listings.find(pluginId))?.newest).toMatchObject({ releaseId, state: "rejected", isDirty: false });
    const all = await Promise.all([1, 2].map(() => listings.resubmit(releaseId, actor, NOON)));
    expect(all.filter(Boolean)).toHaveLength(1);
    expect(await make.facts(releaseId)).toMatchObject({ state: "review" });
  });

  it("suspends what is out, lets the desk take over, and puts it back", async () => {
    const { listings } = setting();
    const { pluginId, ownerId } = await make.publish();
    const own = { pluginId, reason: "It loses notes", isDesk: false, actor: { kind: "account", id: ownerId } } as const;
    const all = await Promise.all([listings.suspend(own, NOON), listings.suspend(own, NOON)]);
    expect(all.filter(Boolean)).toHaveLength(1);
    expect(await listings.find(pluginId)).toMatchObject({ state: "quarantined", suspension: { isDesk: false } });
    expect(await listings.suspend({ ...own, isDesk: true, reason: "Reported" }, NOON)).toBe(true);
    expect(await listings.resume(pluginId, false, own.actor, NOON)).toBe(false);
    expect(await listings.resume(pluginId, true, own.actor, NOON)).toBe(true);
    expect(await listings.resume(pluginId, true, own.actor, NOON)).toBe(false);
    expect(await listings.find(pluginId)).toMatchObject({ state: "active", suspension: null, isApproved: true });
    const { pluginId: waiting } = await make.review({ name: `waiting-${pluginId}` });
    expect(await listings.suspend({ ...own, pluginId: waiting }, NOON)).toBe(false);
    expect(await listings.find("999999")).toBeNull();
  });

  it("keeps one sealing per release and statement, and hands out the keys of what is out", async () => {
    const { sealings } = setting();
    const { pluginId, releaseId } = await make.publish({}, { delivery: "sealed" });
    const statementSha256 = (await make.facts(releaseId)).statementSha256 ?? "";
    const sealing = {
      releaseId,
      statementSha256,
      sha256: `sealed-${releaseId}`,
      size: 180,
      commitment: "c0",
      contentKey: "wrapped",
    };
    expect(await sealings.find(releaseId, statementSha256)).toBeNull();
    const rival = { ...sealing, sha256: `rival-${releaseId}`, contentKey: "other" };
    const all = await Promise.all([sealings.keep(sealing, NOON), sealings.keep(rival, NOON)]);
    expect(all).toEqual([true, false]);
    expect(await sealings.find(releaseId, statementSha256)).toEqual({
      sha256: sealing.sha256,
      size: 180,
      commitment: "c0",
    });
    expect(await sealings.keysFor(pluginId, "1.0.0")).toMatchObject([{ version: "1.0.0", contentKey: "wrapped" }]);
    expect(await sealings.keysFor(pluginId, "7.0.0")).toHaveLength(1);
    expect(await sealings.keysFor("999999", "1.0.0")).toEqual([]);
  });
}
