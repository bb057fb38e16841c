import { type Comparison, compare, type Effort, errorsOf, meanP50, type Outcome, type Row } from "./compare.ts";
import type { Load } from "./load.ts";
import type { Site } from "./site.ts";

const FEW = 1_000;
const MANY = 1_000_000;
/** Seats that are renewed in turn: more than there are connections, so that no two requests meet on one row. */
const SEATS = 64;
const GROWTH_TARGET = 1.2;
/** What an activation costs must not depend on how many licenses there are; these two are held to it. */
const HELD_TO_GROWTH = ["verify", "activate"] as const;
/** Pings are answered from memory while their mark is fresh, for a quarter of an hour. */
const NONCE = "bmJubmJubmJubmJubmJubmJu";

type Kind = "verify" | "activate" | "refresh" | "ping";

/**
 * The four things that licenses do all day, over the floors that do as much of it as must be done: at a thousand licenses and
 * at a million of them (`quick` leaves those out).
 */
export async function* benchLicense(site: Site, effort: Effort, quick: boolean): AsyncGenerator<Outcome> {
  await site.growLicenses(FEW);
  await takeSeats(site);
  const few = new Map<Kind, Comparison>();
  for (const [kind, row] of rowsOf(await heldLease(site), FEW)) {
    const compared = await compare(site, row, effort);
    few.set(kind, compared);
    yield compared.outcome;
  }
  if (quick) return;
  await site.growLicenses(MANY);
  const many = new Map<Kind, Comparison>();
  for (const [kind, row] of rowsOf(await heldLease(site), MANY)) {
    const compared = await compare(site, row, effort);
    many.set(kind, compared);
    yield compared.outcome;
  }
  for (const kind of HELD_TO_GROWTH) yield growth(kind, few.get(kind), many.get(kind));
}

/** The rows at this many licenses; `held` is a lease with the mark of its last ping. */
function rowsOf(held: Held, licenses: number): readonly (readonly [Kind, Row])[] {
  const size = licenses === FEW ? "1,000" : "1,000,000";
  const d1 = (site: Site) => ({ url: `${site.floor}/d1` });
  return [
    [
      "verify",
      {
        path: `verify, ${size}`,
        floor: "bare D1 point read",
        target: 0.8,
        load: (site) =>
          post(site, "/v1/licenses/verify", {
            licenseKey: site.license.key,
            pluginId: site.license.pluginId,
            hardwareId: "bench",
            timestamp: Date.now(),
          }),
        floorLoad: d1,
      },
    ],
    [
      "activate",
      {
        path: `activate, ${size}`,
        floor: "bare D1 insert",
        target: 0.35,
        load: (site) => ({
          ...post(site, "/v1/installations", {
            licenseId: "{pick}",
            pluginId: site.license.pluginId,
            hardwareId: "{hex}",
            version: "1.0.0",
          }),
          numbers: { next: Date.now() * 1_000, first: site.license.id + 1, count: FEW - 1 },
        }),
        floorLoad: (site) => ({ url: `${site.floor}/d1-insert` }),
      },
    ],
    [
      "refresh",
      {
        path: `refresh, ${size}`,
        floor: "bare D1 point read",
        target: 0.4,
        load: (site) => ({
          ...post(site, `/v1/installations/${SEAT}{pick12}/lease`, {}),
          numbers: { next: 0, first: 1, count: SEATS },
        }),
        floorLoad: d1,
      },
    ],
    [
      "ping",
      {
        path: `ping from memory, ${size}`,
        floor: "bare Hono",
        target: 0.25,
        load: (site) => post(site, held.path, { nonce: NONCE, lease: held.lease, seen: held.seen }),
        floorLoad: (site) => ({ url: `${site.floor}/hono` }),
      },
    ],
  ];
}

const SEAT = "5ea70000-0000-4000-8000-";

/** One seat on each of the first licenses, under installation ids that a load can count. */
async function takeSeats(site: Site): Promise<void> {
  for (let i = 1; i <= SEATS; i++)
    await call(site, "/v1/installations", {
      licenseId: String(site.license.id + i),
      pluginId: site.license.pluginId,
      hardwareId: i.toString(16).padStart(64, "f"),
      version: "1.0.0",
      installationId: SEAT + String(i).padStart(12, "0"),
    });
}

interface Held {
  readonly path: string;
  readonly lease: string;
  readonly seen: string;
}

/** What a device holds after its first ping; its seat is none of those that are renewed. */
async function heldLease(site: Site): Promise<Held> {
  const seat = await call(site, "/v1/installations", {
    licenseId: String(site.license.id + SEATS + 1),
    pluginId: site.license.pluginId,
    hardwareId: "e".repeat(64),
    version: "1.0.0",
    nonce: NONCE,
  });
  const path = `/v1/installations/${seat.installationId}/heartbeat`;
  const pinged = await call(site, path, { nonce: NONCE });
  return { path, lease: seat.lease ?? "", seen: pinged.verdict ?? "" };
}

/** How much slower the same is at a million. The floors of both runs take out what the machine itself became slower by. */
function growth(kind: Kind, few: Comparison | undefined, many: Comparison | undefined): Outcome {
  if (few === undefined || many === undefined) throw new Error(`${kind} was not measured`);
  const drift = meanP50(many.floors) / meanP50(few.floors);
  const figure = meanP50(many.paths) / meanP50(few.paths) / drift;
  return {
    path: `${kind} at a million`,
    value: `p50 ${meanP50(many.paths).toFixed(1)} ms`,
    floor: `at 1,000 p50 ${meanP50(few.paths).toFixed(1)} ms`,
    figure,
    target: `≤ ${GROWTH_TARGET}`,
    holds: figure <= GROWTH_TARGET,
    errors: errorsOf([...few.paths, ...many.paths]),
  };
}

function post(site: Site, path: string, content: object): Pick<Load, "url" | "method" | "headers" | "body"> {
  return {
    url: site.marketplace + path,
    method: "POST",
    headers: { authorization: site.instanceHeader(), "content-type": "application/json" },
    body: JSON.stringify(content),
  };
}

async function call(site: Site, path: string, content: object): Promise<{ readonly [member: string]: string }> {
  const { url, ...request } = post(site, path, content);
  const response = await fetch(url, request as RequestInit);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as { readonly [member: string]: string };
}
