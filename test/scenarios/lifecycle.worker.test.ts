import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, eventsOf, openShop } from "../api/license/shop.worker.ts";
import { NOON, nowSeconds, passTime, setClock } from "../clock.ts";
import { FLOATING, makeStand, type Stand } from "./seats.worker.ts";

const DAY = 86_400;
const CAP = 2;
const BUDGET = 3;

/** What a license and its devices are, said as simply as it can be said. */
interface Model {
  state: "active" | "suspended" | "revoked";
  mode: "node" | "floating";
  devices: Map<number, { until: number; gen: number; ended: null | "released" | "evicted" }>;
  evictions: number[];
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
function stopped(model: Model): string | null {
  return model.state === "active" ? null : `403 ${model.state.toUpperCase()}`;
}
function prolong(model: Model, device: number): void {
  const row = model.devices.get(device) ?? { until: 0, gen: 0, ended: null };
  const gen = row.gen + (isLive(model, device) ? 0 : 1);
  model.devices.set(device, { until: Math.max(row.until, nowSeconds() + TIMES[model.mode].ttl), gen, ended: null });
}

/** After every step the real seats are those of the model. */
async function compare(model: Model, { stand }: Real): Promise<void> {
  const live = [...model.devices.keys()].filter((device) => isLive(model, device)).length;
  expect(await stand.live()).toBe(live);
  expect(live).toBeLessThanOrEqual(CAP);
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
    const free = isLive(model, device) || othersLive(model, device) < CAP;
    const expected = stopped(model) ?? (free ? `${isLive(model, device) ? 200 : 201} VALID` : "409 SEAT_LIMIT");
    expect(said(answer)).toBe(expected);
    if (!expected.endsWith("VALID")) return;
    prolong(model, device);
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
      const revived = isLive(model, device) || othersLive(model, device) < CAP;
      const ended = row?.ended === "evicted" ? "403 SEAT_EVICTED" : "409 ACTIVATION_REQUIRED";
      const open = lapsed ? "409 LEASE_LAPSED" : revived ? "200 VALID" : "409 SEAT_TAKEN";
      const expected = stopped(model) ?? (row?.ended === null ? open : ended);
      expect(said(answer)).toBe(expected);
      if (expected === "200 VALID") prolong(model, device);
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
        row?.ended !== null ? "200 ALREADY_RELEASED" : spent < BUDGET ? "200 RELEASED" : "429 RATE_LIMITED";
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
  fc.constant(null).map(float),
];

describe("random lives of a license", () => {
  beforeEach(() => setClock(NOON));
  afterEach(() => setClock(NOON));

  it("differ in nothing from the simple model: answers, generations, live seats, gapless events", async () => {
    await openShop();
    await fc.assert(
      fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 30, size: "max" }), async (commands) => {
        setClock(NOON);
        const stand = await makeStand(`max_installs = ${CAP}, seat_cap = ${CAP}, activation_budget = 1000`);
        const real: Real = { stand, seats: new Map() };
        await fc.asyncModelRun(
          () => ({ model: { state: "active", mode: "node", devices: new Map(), evictions: [] } as Model, real }),
          commands,
        );
        await eventsOf(stand.licenseId);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  }, 120_000);
});
