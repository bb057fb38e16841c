import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call } from "../api/account/calls.worker.ts";
import { type Answer, eventsOf, openShop } from "../api/license/shop.worker.ts";
import { NOON, nowSeconds, passTime, setClock } from "../clock.ts";
import { FLOATING, makeStand, type Stand } from "./seats.worker.ts";

const DAY = 86_400;
/** Seats at first, of the plan above, and of the plan it falls back to. */
const CAPS = { sold: 2, premium: 10, basic: 3 } as const;
const TERM_DAYS = 20;
const RENEWAL_DAYS = 30;

/** What a license and its devices are, said as simply as it can be said. */
interface Model {
  state: "active" | "suspended" | "revoked";
  mode: "node" | "floating";
  tier: "basic" | "premium";
  cap: number;
  /** After a downgrade: renewals beyond the cap are refused, the oldest grants go on. */
  isShrunk: boolean;
  end: number;
  devices: Map<number, Row>;
  evictions: number[];
  transferredAt: number | null;
}
interface Row {
  readonly id: string;
  until: number;
  gen: number;
  grantedAt: number;
  ended: null | "released" | "evicted";
}
interface Real {
  readonly stand: Stand;
  readonly seats: Map<number, Answer>;
}
type Command = fc.AsyncCommand<Model, Real>;

const TIMES = { node: { ttl: 7 * DAY, revive: 7 * DAY }, floating: { ttl: 3600, revive: DAY } } as const;

function isLive(model: Model, device: number): boolean {
  const row = model.devices.get(device);
  return row !== undefined && row.ended === null && row.until > nowSeconds();
}
function othersLive(model: Model, device: number): number {
  return [...model.devices.keys()].filter((other) => other !== device && isLive(model, other)).length;
}
function isOver(model: Readonly<Model>): boolean {
  return model.end <= nowSeconds();
}
function stopped(model: Model): string | null {
  if (model.state !== "active") return `403 ${model.state.toUpperCase()}`;
  return isOver(model) ? "403 EXPIRED" : null;
}
function prolong(model: Model, device: number, id: string, isGrant: boolean): void {
  const row = model.devices.get(device) ?? { id, until: 0, gen: 0, grantedAt: 0, ended: null };
  const isNew = !isLive(model, device);
  const until = Math.max(row.until, Math.min(nowSeconds() + TIMES[model.mode].ttl, model.end));
  const grantedAt = isNew && isGrant ? nowSeconds() : row.grantedAt;
  model.devices.set(device, { id: row.id, until, gen: row.gen + (isNew ? 1 : 0), grantedAt, ended: null });
}
/** Live rows that were granted before this one. */
function olderLive(model: Model, device: number): number {
  const own = model.devices.get(device);
  return [...model.devices].filter(
    ([other, row]) =>
      own !== undefined &&
      other !== device &&
      isLive(model, other) &&
      (row.grantedAt < own.grantedAt || (row.grantedAt === own.grantedAt && row.id < own.id)),
  ).length;
}

/** After every step the real seats are those of the model. */
async function compare(model: Model, { stand }: Real): Promise<void> {
  const live = [...model.devices.keys()].filter((device) => isLive(model, device)).length;
  expect(await stand.live()).toBe(live);
  if (!model.isShrunk) expect(live).toBeLessThanOrEqual(model.cap);
}

function command(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  check: (model: Readonly<Model>) => boolean = () => true,
): Command {
  return {
    check,
    async run(model, real) {
      await run(model, real);
      await compare(model, real);
    },
    toString: () => name,
  };
}

const said = ({ status, body }: Answer) => `${status} ${body.code}`;
const seatOf = (real: Real, device: number) => real.seats.get(device) as Answer;

const activate = (device: number) =>
  command(`activate ${device}`, async (model, real) => {
    const answer = await real.stand.activate(device);
    const free = isLive(model, device) || othersLive(model, device) < model.cap;
    const expected = stopped(model) ?? (free ? `${isLive(model, device) ? 200 : 201} VALID` : "409 SEAT_LIMIT");
    expect(said(answer)).toBe(expected);
    if (!expected.endsWith("VALID")) return;
    prolong(model, device, answer.body.activationId, true);
    real.seats.set(device, answer);
    expect(answer.body.seat.generation).toBe(model.devices.get(device)?.gen);
  });

const refresh = (device: number) =>
  command(
    `refresh ${device}`,
    async (model, real) => {
      const answer = await real.stand.refresh(seatOf(real, device));
      const row = model.devices.get(device);
      const lapsed = row !== undefined && row.until <= nowSeconds() - TIMES[model.mode].revive;
      const isKept = !model.isShrunk || olderLive(model, device) < model.cap;
      const revived = othersLive(model, device) < model.cap ? "200 VALID" : "409 SEAT_TAKEN";
      const renewed = isKept ? "200 VALID" : "409 SEAT_LIMIT";
      const ended = row?.ended === "evicted" ? "403 SEAT_EVICTED" : "409 ACTIVATION_REQUIRED";
      const open = lapsed ? "409 LEASE_LAPSED" : isLive(model, device) ? renewed : revived;
      const expected = stopped(model) ?? (row?.ended === null ? open : ended);
      expect(said(answer)).toBe(expected);
      if (expected === "200 VALID" && row !== undefined) prolong(model, device, row.id, false);
    },
    (model) => model.devices.has(device),
  );

const release = (device: number) =>
  command(
    `release ${device}`,
    async (model, real) => {
      const row = model.devices.get(device);
      expect((await real.stand.release(seatOf(real, device))).body.code).toBe(
        row?.ended === null ? "RELEASED" : "ALREADY_RELEASED",
      );
      if (row?.ended === null) row.ended = "released";
    },
    (model) => model.devices.has(device),
  );

const evict = (device: number) =>
  command(
    `evict ${device}`,
    async (model, real) => {
      const row = model.devices.get(device);
      const { installationId } = seatOf(real, device).body;
      const answer = await real.stand.instance.post(`/v1/installations/${installationId}/evict`);
      const spent = model.evictions.filter((at) => at > nowSeconds() - 30 * DAY).length;
      const expected =
        row?.ended !== null
          ? "200 ALREADY_RELEASED"
          : spent < Math.max(3, model.cap)
            ? "200 RELEASED"
            : "429 RATE_LIMITED";
      expect(said(answer)).toBe(expected);
      if (expected !== "200 RELEASED" || row === undefined) return;
      row.ended = "evicted";
      model.evictions.push(nowSeconds());
    },
    (model) => model.devices.has(device),
  );

const wait = (seconds: number) => command(`wait ${seconds} s`, async () => passTime(seconds));

const change = (act: "suspend" | "reactivate" | "revoke") =>
  command(act, async (model, real) => {
    const { sell } = await openShop();
    const { status } = await sell("POST", `/v1/licenses/${real.stand.licenseId}/${act}`, { reason: "Tested" });
    const from = {
      suspend: ["active", "suspended"],
      reactivate: ["suspended"],
      revoke: ["active", "suspended", "revoked"],
    };
    const isAllowed = from[act].includes(model.state);
    expect(status).toBe(isAllowed ? 200 : 409);
    if (isAllowed) model.state = act === "suspend" ? "suspended" : act === "revoke" ? "revoked" : "active";
  });

/** The billing acts, all of which a suspended or revoked license refuses. */
const bill = (act: "renew" | "upgrade" | "downgrade") =>
  command(act, async (model, { stand }) => {
    const { operatorToken: bearer } = await openShop();
    const body = {
      renew: { days: RENEWAL_DAYS },
      upgrade: { type: "premium" },
      downgrade: { type: "basic", force: true },
    }[act];
    const { status } = await call("POST", `/v1/licenses/${stand.licenseId}/${act}`, { bearer, body });
    const isChangeable = !isOver(model) && model.tier === (act === "upgrade" ? "basic" : "premium");
    const isAllowed = model.state === "active" && (act === "renew" || isChangeable);
    expect(status).toBe(isAllowed ? 200 : 409);
    if (!isAllowed) return;
    if (act === "renew") model.end = Math.max(model.end, nowSeconds()) + RENEWAL_DAYS * DAY;
    else {
      model.tier = act === "upgrade" ? "premium" : "basic";
      model.cap = CAPS[model.tier];
      model.isShrunk = act === "downgrade";
    }
  });

let users = 5_000_000;
const transfer = () =>
  command("transfer", async (model, { stand }) => {
    const path = `/v1/licenses/${stand.licenseKey}/transfer`;
    const { status } = await stand.instance.post(path, { newUserId: String(++users) });
    const isSoon = model.transferredAt !== null && model.transferredAt > nowSeconds() - 30 * DAY;
    const isAllowed = model.state === "active" && !isSoon;
    expect(status).toBe(isAllowed ? 200 : 400);
    if (!isAllowed) return;
    model.transferredAt = nowSeconds();
    for (const row of model.devices.values()) row.ended ??= "released";
  });

const float = () =>
  command("float", async (model, { stand }) => {
    await stand.change(FLOATING);
    model.mode = "floating";
  });

const device = fc.integer({ min: 1, max: 4 });
const COMMANDS = [
  device.map(activate),
  device.map(activate),
  device.map(refresh),
  device.map(release),
  device.map(evict),
  fc.constantFrom(1, 300, 3599, 3600, DAY - 1, DAY, 7 * DAY - 1, 7 * DAY, 14 * DAY).map(wait),
  fc.constantFrom("suspend" as const, "reactivate" as const, "reactivate" as const, "revoke" as const).map(change),
  fc.constantFrom("renew" as const, "upgrade" as const, "downgrade" as const).map(bill),
  fc.constantFrom(float, transfer).map((act) => act()),
];

function newModel(end: number): Model {
  const plan = { tier: "basic", cap: CAPS.sold, isShrunk: false, end } as const;
  return { ...plan, state: "active", mode: "node", devices: new Map(), evictions: [], transferredAt: null };
}

describe("random lives of a license", () => {
  beforeEach(() => setClock(NOON));
  afterEach(() => setClock(NOON));

  it("differ in nothing from the simple model: answers, generations, live seats, gapless events", async () => {
    await openShop();
    await fc.assert(
      fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 30, size: "max" }), async (commands) => {
        setClock(NOON);
        const end = NOON + TERM_DAYS * DAY;
        const seats = `max_installs = ${CAPS.sold}, seat_cap = ${CAPS.sold}, activation_budget = 1000`;
        const stand = await makeStand(seats, { sold: { expiresAt: new Date(end * 1000).toISOString() } });
        const real: Real = { stand, seats: new Map() };
        await fc.asyncModelRun(() => ({ model: newModel(end), real }), commands);
        await eventsOf(stand.licenseId);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  }, 120_000);
});
