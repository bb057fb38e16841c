import { describe, expect, it } from "vitest";
import type { RevocationEntry } from "../../../src/domain/advisory/revocation.ts";
import type { Capabilities } from "../../../src/domain/manifest/capabilities.ts";
import { resolve } from "../../../src/domain/resolve/resolve.ts";
import { DAY, HOUR } from "../../../src/domain/time.ts";
import { decideUpdates } from "../../../src/domain/update/decide.ts";
import {
  type InstalledPlugin,
  releaseKey,
  type UpdateDocument,
  type UpdateRelease,
} from "../../../src/domain/update/document.ts";
import {
  basisPointsAt,
  DEFAULT_STEPS,
  defaultRollout,
  isFaster,
  leastBasisPoints,
  rolloutBucket,
} from "../../../src/domain/update/rollout.ts";
import { NOON } from "../../clock.ts";

const NOTHING: Capabilities = {
  dependencies: {},
  egress: [],
  events: [],
  optionalPermissions: [],
  permissions: [],
  publicRoutes: [],
  readableSecrets: [],
  schedules: [],
  secretHosts: [],
  ui: [],
};

type Facts = Partial<UpdateRelease> & { readonly may?: Partial<Capabilities> };
type Plugin = Partial<Omit<UpdateDocument, "releases">> & { readonly releases: Readonly<Record<string, Facts>> };

function market(plugins: Readonly<Record<string, Plugin>>) {
  const documents = new Map<string, UpdateDocument>();
  const table = new Map<string, Capabilities>();
  for (const [name, { releases, ...facts }] of Object.entries(plugins)) {
    const made = Object.entries(releases).map(([version, { may = {}, ...release }], index): UpdateRelease => {
      const dependencies = release.dependencies ?? {};
      table.set(releaseKey(name, version), { ...NOTHING, dependencies, ...may });
      return {
        version,
        state: "published",
        channel: "stable",
        sha256: `${name}@${version}`,
        size: 1000,
        publication: index + 1,
        publishedAt: NOON - 365 * DAY,
        publisher: "acme",
        dependencies,
        minAppVersion: "0.1.0",
        maxAppVersion: null,
        notice: null,
        replacement: null,
        rollout: null,
        ...release,
      };
    });
    documents.set(name, { name, state: "active", floor: null, advisories: [], ...facts, releases: made });
  }
  return { documents, table };
}

const has = (name: string, version: string, more: Partial<InstalledPlugin> = {}): InstalledPlugin => ({
  name,
  version,
  sha256: null,
  channel: "stable",
  closureDigest: null,
  auto: true,
  cooldownDays: 0,
  ...more,
});

const decide = (
  plugins: Readonly<Record<string, Plugin>>,
  installed: readonly InstalledPlugin[],
  {
    now = NOON,
    appVersion = "0.1.0",
    revoked = [],
    instanceId = "1",
  }: { now?: number; appVersion?: string; revoked?: readonly RevocationEntry[]; instanceId?: string } = {},
) => {
  const { documents, table } = market(plugins);
  return decideUpdates(documents, table, revoked, { instanceId, appVersion, plugins: installed }, now);
};

describe("buckets", () => {
  it.each([
    ["1.1.0", "1", 7673],
    ["1.1.0", "2", 7233],
    ["1.1.0", "3", 2615],
    ["1.2.0", "1", 4912],
    ["1.2.0", "2", 9825],
    ["1.2.0", "3", 215],
  ])("hello@%s puts instance %s at %i", async (version, instance, bucket) => {
    expect(await rolloutBucket("hello", version, instance)).toBe(bucket);
  });

  it("the default plan serves 5 % after the cooldown, 25 % a day later and everybody after three", () => {
    const plan = defaultRollout(NOON);
    const at = (seconds: number) => basisPointsAt(plan, NOON + seconds);
    expect([DAY - 1, DAY, 2 * DAY - 1, 2 * DAY, 4 * DAY - 1, 4 * DAY].map(at)).toEqual([
      0, 500, 500, 2500, 2500, 10_000,
    ]);
  });

  it("few installations raise every step, at most to all", () => {
    expect([0, 1, 3, 4, 60, 1000, 29_999, 1_000_000].map(leastBasisPoints)).toEqual([
      10_000, 10_000, 10_000, 7500, 500, 30, 2, 1,
    ]);
    const plan = { ...defaultRollout(NOON), least: 7500 };
    expect([basisPointsAt(plan, NOON + DAY - 1), basisPointsAt(plan, NOON + DAY)]).toEqual([0, 7500]);
    expect(basisPointsAt({ ...plan, state: "halted" }, NOON + 9 * DAY)).toBe(0);
  });

  it("slower, later and lower are not faster; sooner or more is", () => {
    const plan = { startsAt: NOON, steps: DEFAULT_STEPS };
    expect(isFaster(plan, plan)).toBe(false);
    expect(isFaster({ startsAt: NOON + HOUR, steps: DEFAULT_STEPS }, plan)).toBe(false);
    expect(isFaster({ startsAt: NOON, steps: [{ after: 0, basisPoints: 100 }] }, plan)).toBe(false);
    expect(isFaster({ startsAt: NOON - HOUR, steps: DEFAULT_STEPS }, plan)).toBe(true);
    expect(isFaster({ startsAt: NOON, steps: [{ after: 0, basisPoints: 501 }] }, plan)).toBe(true);
  });
});

describe("cooldown and rollout", () => {
  const fresh = (publishedAt: number, more: Facts = {}) => ({
    hello: { releases: { "1.0.0": {}, "1.1.0": { publishedAt, ...more } } },
  });

  it("a day passes before anybody is updated, with the time said", async () => {
    const { updates, held } = await decide(fresh(NOON - HOUR), [has("hello", "1.0.0")]);
    expect(updates).toEqual([]);
    expect(held).toEqual([{ name: "hello", version: "1.1.0", until: NOON + 23 * HOUR, why: "cooldown", by: [] }]);
  });

  it("after it each instance waits for the step that holds its bucket", async () => {
    const { held } = await decide(fresh(NOON - 2 * DAY), [has("hello", "1.0.0")]);
    expect(held).toEqual([{ name: "hello", version: "1.1.0", until: NOON + 2 * DAY, why: "rollout", by: [] }]);
    const { updates } = await decide(fresh(NOON - 4 * DAY), [has("hello", "1.0.0")]);
    expect(updates[0]).toMatchObject({ to: "1.1.0", auto: true, rollout: { basisPoints: 10_000, bucket: 7673 } });
  });

  it("whoever decides alone is offered what waits, and nothing happens by itself", async () => {
    const { updates, held } = await decide(fresh(NOON - HOUR), [has("hello", "1.0.0", { auto: false })]);
    expect([updates[0]?.to, updates[0]?.auto, held]).toEqual(["1.1.0", false, []]);
  });

  it("an operator lengthens the cooldown and cannot shorten it", async () => {
    const until = async (cooldownDays: number) =>
      (await decide(fresh(NOON - HOUR), [has("hello", "1.0.0", { cooldownDays })])).held[0]?.until;
    expect([await until(0), await until(1), await until(30)]).toEqual([
      NOON - HOUR + DAY,
      NOON - HOUR + DAY,
      NOON - HOUR + 30 * DAY,
    ]);
  });

  it("paused and halted releases reach nobody by themselves, halted ones nobody at all", async () => {
    const rollout = { startsAt: NOON - 9 * DAY, steps: DEFAULT_STEPS, least: 0 };
    const stopped = (state: "paused" | "halted") => fresh(NOON - 20 * DAY, { rollout: { ...rollout, state } });
    for (const state of ["paused", "halted"] as const)
      expect((await decide(stopped(state), [has("hello", "1.0.0")])).held[0]).toMatchObject({
        why: state,
        until: null,
      });
    const asked = has("hello", "1.0.0", { auto: false });
    expect((await decide(stopped("paused"), [asked])).updates).toHaveLength(1);
    expect((await decide(stopped("halted"), [asked])).updates).toHaveLength(0);
  });

  it("what waits does not hide an older version that is ready", async () => {
    const plugins = { hello: { releases: { "1.0.0": {}, "1.1.0": {}, "1.2.0": { publishedAt: NOON } } } };
    const { updates, held } = await decide(plugins, [has("hello", "1.0.0")]);
    expect([updates[0]?.to, held[0]?.version]).toEqual(["1.1.0", "1.2.0"]);
  });
});

describe("security", () => {
  const mended = (confirmedAt: number, publishedAt = NOON - 2 * HOUR): Record<string, Plugin> => ({
    hello: {
      advisories: [{ id: "RBSM-2026-1", affected: "<1.1.0", fixed: "1.1.0", confirmedAt }],
      releases: { "1.0.0": {}, "1.1.0": { publishedAt } },
    },
  });

  it("a confirmed fix skips the cooldown, a quarter first, everybody after an hour", async () => {
    const soon = await decide(mended(NOON - 60), [has("hello", "1.0.0")]);
    expect(soon.held[0]).toMatchObject({ why: "rollout", until: NOON - 60 + HOUR });
    const first = await decide(mended(NOON - 60), [has("hello", "1.0.0")], { instanceId: "22" });
    const bucket = await rolloutBucket("hello", "1.1.0", "22");
    expect(first.updates.length).toBe(bucket < 2500 ? 1 : 0);
    const later = await decide(mended(NOON - HOUR), [has("hello", "1.0.0")]);
    expect(later.updates[0]).toMatchObject({ reason: "security", auto: true, advisory: "RBSM-2026-1" });
  });

  it("hurries nobody who is not affected", async () => {
    const plugins = mended(NOON - HOUR);
    const hello = plugins.hello as Plugin;
    const other = {
      hello: { ...hello, advisories: [{ id: "X", affected: "<0.9.0", fixed: "0.9.0", confirmedAt: 1 }] },
    };
    expect((await decide(other, [has("hello", "1.0.0")])).held[0]?.why).toBe("cooldown");
  });

  it("a halt stops a fix as well", async () => {
    const plugins = mended(NOON - DAY);
    const rollout = { state: "halted" as const, startsAt: NOON, steps: DEFAULT_STEPS, least: 0 };
    const releases = { "1.0.0": {}, "1.1.0": { publishedAt: NOON - DAY, rollout } };
    const halted = { hello: { ...(plugins.hello as Plugin), releases } };
    expect((await decide(halted, [has("hello", "1.0.0")])).held[0]?.why).toBe("halted");
  });
});

describe("channels, hosts, floors", () => {
  it("pre-releases reach their channel, and whoever leaves it waits until stable is newer", async () => {
    const beta = { channel: "beta" as const };
    const plugins = (more: Record<string, Facts> = {}) => ({
      hello: { releases: { "1.0.0": {}, "1.1.0-beta.1": beta, ...more } },
    });
    expect((await decide(plugins(), [has("hello", "1.0.0")])).updates).toEqual([]);
    expect((await decide(plugins(), [has("hello", "1.0.0", { channel: "beta" })])).updates[0]?.to).toBe("1.1.0-beta.1");
    const waits = await decide(plugins(), [has("hello", "1.1.0-beta.1")]);
    expect([waits.updates, waits.notices[0]?.code]).toEqual([[], "waits_for_channel"]);
    expect((await decide(plugins({ "1.1.0": {} }), [has("hello", "1.1.0-beta.1")])).updates[0]?.to).toBe("1.1.0");
  });

  it("an old host gets the newest made for it, and reads why not more", async () => {
    const plugins = {
      kanban: {
        releases: {
          "1.8.0": {},
          "1.9.2": {},
          "2.0.0": { minAppVersion: "0.3.0" },
          "2.1.0": { minAppVersion: "0.3.0" },
        },
      },
    };
    const { updates, notices } = await decide(plugins, [has("kanban", "1.8.0")]);
    expect(updates[0]?.to).toBe("1.9.2");
    expect(notices[0]?.message).toBe(
      "Every version of kanban from 2.0.0 on needs Rising-BSM 0.3.0 or newer; this instance runs 0.1.0. The newest that fits is 1.9.2.",
    );
  });

  it("nothing below the floor is offered, and what stands below it is warned of", async () => {
    const plugins = { hello: { floor: "1.2.0", releases: { "1.0.0": {}, "1.1.0": {} } } };
    const { updates, actions } = await decide(plugins, [has("hello", "1.0.0")]);
    expect(updates).toEqual([]);
    expect(actions).toEqual([
      { name: "hello", version: "1.0.0", action: "warn", code: "below_floor", replacement: null },
    ]);
  });

  it("never offers a lower version, whatever is installed", async () => {
    const { updates } = await decide({ hello: { releases: { "1.0.0": {}, "2.0.0": {} } } }, [has("hello", "2.0.0")]);
    expect(updates).toEqual([]);
  });

  it("a plugin that others need stays in their ranges", async () => {
    const plugins = {
      pdf: { releases: { "2.0.0": {}, "2.1.0": {}, "3.0.0": {} } },
      reports: { releases: { "1.0.0": { dependencies: { pdf: "^2.0.0" } } } },
    };
    const { updates, held } = await decide(plugins, [has("pdf", "2.0.0"), has("reports", "1.0.0")]);
    expect(updates.map(({ name, to }) => [name, to])).toEqual([["pdf", "2.1.0"]]);
    expect(held).toEqual([{ name: "pdf", version: "3.0.0", until: null, why: "needed_by", by: ["reports"] }]);
  });

  it("other bytes than the published ones are repaired by the same version", async () => {
    const { updates } = await decide({ hello: { releases: { "1.0.0": {} } } }, [
      has("hello", "1.0.0", { sha256: "x" }),
    ]);
    expect(updates[0]).toMatchObject({ from: "1.0.0", to: "1.0.0", reason: "repair" });
  });

  it("a plugin nobody knows and a version nobody published are said, no more", async () => {
    const { notices } = await decide({ hello: { releases: { "1.0.0": {} } } }, [
      has("nobody", "1.0.0"),
      has("hello", "9.0.0"),
    ]);
    expect(notices.map(({ code }) => code)).toEqual(["unknown_plugin", "unknown_release"]);
  });
});

describe("what grows asks again", () => {
  const grows = async (before: Facts, after: Facts, more: Record<string, Plugin> = {}) => {
    const plugins = { hello: { releases: { "1.0.0": before, "1.1.0": after } }, ...more };
    const { updates } = await decide(plugins, [has("hello", "1.0.0")]);
    return updates[0];
  };

  it.each<[string, Partial<Capabilities>, Partial<Capabilities>, string[]]>([
    ["a permission", {}, { permissions: ["customers.read"] }, ["permissions customers.read"]],
    ["an optional permission", {}, { optionalPermissions: ["customers.read"] }, ["optionalPermissions customers.read"]],
    ["sec-22 another host", { egress: ["a.com"] }, { egress: ["b.com"] }, ["egress b.com"]],
    ["all hosts below one", { egress: ["api.a.com"] }, { egress: ["*.a.com"] }, ["egress *.a.com"]],
    [
      "sec-23 optional → required",
      { optionalPermissions: ["customers.read"] },
      { permissions: ["customers.read"] },
      ["permissions customers.read"],
    ],
    ["a public route", {}, { publicRoutes: ["GET /x"] }, ["publicRoutes GET /x"]],
    ["a schedule", { schedules: ["0 * * * *"] }, { schedules: ["* * * * *"] }, ["schedules * * * * *"]],
    ["a readable secret", {}, { readableSecrets: ["key"] }, ["readableSecrets key"]],
    ["a place in the interface", {}, { ui: ["page"] }, ["ui page"]],
    ["an event", {}, { events: ["customer.created"] }, ["events customer.created"]],
  ])("%s", async (_, before, after, added) => {
    const update = await grows({ may: before }, { may: after });
    expect(update?.auto).toBe(false);
    expect(update?.consent.needed).toBe(true);
    expect(update?.consent.added.map(({ kind, value }) => `${kind} ${value}`)).toEqual(added);
  });

  it("less asks nobody, and one host of a wildcard is less", async () => {
    const before = { egress: ["*.a.com"], permissions: ["customers.read", "customers.write"] } as const;
    const update = await grows({ may: before }, { may: { egress: ["api.a.com"], permissions: ["customers.read"] } });
    expect([update?.auto, update?.consent.needed]).toEqual([true, false]);
  });

  it("sec-21: a dependency that writes customers makes the update wait, though its own permissions are unchanged", async () => {
    const c = { c: { releases: { "1.0.0": { may: { permissions: ["customers.write"] } } } } };
    const update = await grows({}, { dependencies: { c: "^1.0.0" } }, c);
    expect(update?.auto).toBe(false);
    expect(update?.consent.added).toEqual([
      { kind: "dependencies", value: "c ^1.0.0", via: "hello" },
      { kind: "permissions", value: "customers.write", via: "hello → c" },
    ]);
  });

  it("another publisher is asked about", async () => {
    const update = await grows({}, { publisher: "other" });
    expect(update?.consent.added).toEqual([{ kind: "publisher", value: "other", via: "hello" }]);
  });

  it("a consent for another state of things carries nothing over", async () => {
    const plugins = { hello: { releases: { "1.0.0": {}, "1.1.0": {} } } };
    const first = await decide(plugins, [has("hello", "1.0.0")]);
    const digest = first.updates[0]?.consent.closureDigest ?? "";
    expect((await decide(plugins, [has("hello", "1.0.0", { closureDigest: digest })])).updates[0]?.auto).toBe(true);
    const stale = await decide(plugins, [has("hello", "1.0.0", { closureDigest: "0".repeat(64) })]);
    expect(stale.updates[0]).toMatchObject({ auto: false, consent: { needed: true, added: [] } });
  });
});

describe("what was taken back", () => {
  const entry: RevocationEntry = {
    kind: "release",
    name: "hello",
    version: "1.0.0",
    sha256: null,
    publisher: null,
    keyId: null,
    level: "hard",
    code: "malware",
    since: NOON,
    replacement: "greeter",
    advisory: null,
    note: "",
  };
  const plugins = { hello: { releases: { "1.0.0": { state: "blocked" as const }, "1.1.0": {} } } };

  it.each<[string, Partial<RevocationEntry>, string, string]>([
    ["hard stops", {}, "disable", "malware"],
    ["soft warns", { level: "soft", code: "broken" }, "warn", "broken"],
    ["a plugin taken away is removed", { kind: "plugin" }, "remove", "malware"],
    ["a publisher's plugins stop", { kind: "publisher", name: null, publisher: "acme" }, "disable", "malware"],
  ])("%s", async (_, change, action, code) => {
    const { actions } = await decide(plugins, [has("hello", "1.0.0")], { revoked: [{ ...entry, ...change }] });
    expect(actions).toEqual([{ name: "hello", version: "1.0.0", action, code, replacement: "greeter" }]);
  });

  it("an entry about another version says nothing; what replaces a blocked one is named so", async () => {
    const { actions, updates } = await decide(plugins, [has("hello", "1.1.0")], { revoked: [entry] });
    expect([actions, updates]).toEqual([[], []]);
    expect((await decide(plugins, [has("hello", "1.0.0")])).updates[0]?.reason).toBe("replacement");
  });

  it("a quarantined plugin goes on and is not updated", async () => {
    const { updates, notices } = await decide(
      { hello: { state: "quarantined", releases: { "1.0.0": {}, "1.1.0": {} } } },
      [has("hello", "1.0.0")],
    );
    expect([updates, notices[0]?.code]).toEqual([[], "quarantined"]);
  });
});

it("the resolver chooses nothing below the floor, and keeps what stands there", async () => {
  const release = (version: string) => ({
    version,
    state: "published" as const,
    channel: "stable" as const,
    sha256: version,
    dependencies: {},
    minAppVersion: "0.1.0",
    maxAppVersion: null,
    notice: null,
    replacement: null,
    capabilities: NOTHING,
  });
  const document = {
    name: "hello",
    state: "active" as const,
    floor: "1.1.0",
    releases: ["1.0.0", "1.1.0"].map(release),
  };
  const documents = new Map([["hello", document]]);
  const chosen = async (range: string, lock = {}) => {
    const plan = await resolve(documents, { appVersion: "0.1.0", roots: { hello: range }, lock });
    return plan.ok ? [...plan.value.install, ...plan.value.keep].map(({ version }) => version) : plan.problem.detail;
  };
  expect(await chosen("*")).toEqual(["1.1.0"]);
  expect(await chosen("1.0.0")).toContain("no longer installed because of a known flaw");
  expect(await chosen("^1.0.0", { hello: { version: "1.0.0", sha256: "1.0.0" } })).toEqual(["1.0.0"]);
});
