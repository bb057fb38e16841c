import { readdir, readFile } from "node:fs/promises";
import { capabilitiesOf, closureDigestOf, parseManifest } from "../../src/domain/manifest/manifest.ts";
import { ownPlugin } from "../bundles.ts";
import { compare, type Effort, errorsOf, type Outcome, type Row } from "./compare.ts";
import { measure } from "./load.ts";
import type { Site } from "./site.ts";

const COLD_STARTS = 20;
/** Sizes in KiB, and the milliseconds they may take beyond a warm call. The text is sent, hashed and parsed once. */
const COLD_TARGETS = [
  [1, 15],
  [50, 15],
  [100, 15],
  [256, 40],
] as const;
const INSTALLATIONS = 1_000;
/** What one warm isolate with a small plugin may hold, in MiB. */
const ISOLATE_TARGET_MIB = 3;
/** Runs: every event is heard by each of so many plugins, since an installation begins a hundred a minute. */
const EVENTS = 500;
const LISTENERS = 5;
/** Deliveries of one event, over one bare insert: each is judged, claimed, run and recorded. */
const EVENTS_TARGET = 0.02;

const ROWS: readonly Row[] = [
  warmRow("warm plugin, no call", 0, "two loopback RPCs", 2, 0.4),
  warmRow("warm plugin + capability", 1, "two loopback RPCs", 2, 0.4),
  // Each call crosses two walls, as the run itself does.
  warmRow("warm plugin + 10 capabilities", 10, "22 loopback RPCs", 22, 0.4),
];

/** What running strangers' code costs: warm and cold calls, many installations in turn, events through the queue. */
export async function* benchSandbox(site: Site, effort: Effort): AsyncGenerator<Outcome> {
  for (const row of ROWS) yield (await compare(site, row, effort)).outcome;
  for (const [kib, targetMs] of COLD_TARGETS) yield await coldStart(site, kib, targetMs);
  yield await roundRobin(site, effort);
  yield await eventThroughput(site, effort);
}

function warmRow(path: string, calls: number, floor: string, rpcs: number, target: number): Row {
  return {
    path,
    floor,
    target,
    load: (site) => ({ url: `${site.runner}/?isolate=warm&calls=${calls}` }),
    floorLoad: (site) => ({ url: `${site.floor}/rpc/${rpcs}` }),
  };
}

/** The median of twenty first calls, each into an isolate of its own, over the median of warm ones. */
async function coldStart(site: Site, kib: number, targetMs: number): Promise<Outcome> {
  let errors = 0;
  const call = async (isolate: string): Promise<number> => {
    const from = performance.now();
    const response = await fetch(`${site.runner}/?size=${kib * 1024}&isolate=${isolate}-${kib}`);
    await response.arrayBuffer();
    if (!response.ok) errors++;
    return performance.now() - from;
  };
  for (let i = 0; i < 5; i++) await call("warm-up");
  const warm: number[] = [];
  const cold: number[] = [];
  for (let i = 0; i < COLD_STARTS; i++) {
    cold.push(await call(`cold-${i}`));
    warm.push(await call("warm-up"));
  }
  const figure = median(cold) - median(warm);
  return {
    path: `cold plugin start, ${kib} KiB`,
    value: `${median(cold).toFixed(1)} ms`,
    floor: `warm call ${median(warm).toFixed(1)} ms`,
    figure,
    target: `≤ ${targetMs} ms more`,
    holds: figure <= targetMs,
    errors,
  };
}

/** A thousand installations called in turn: every one has an isolate of its own, and nothing evicts them here. */
async function roundRobin(site: Site, effort: Effort): Promise<Outcome> {
  const url = `${site.runner}/?isolate=turn-`;
  const before = await residentMiB();
  let errors = 0;
  for (let i = 0; i < INSTALLATIONS; i += effort.concurrency)
    await Promise.all(
      Array.from({ length: Math.min(effort.concurrency, INSTALLATIONS - i) }, async (_, at) => {
        const response = await fetch(url + (i + at));
        await response.arrayBuffer();
        if (!response.ok) errors++;
      }),
    );
  const grown = (await residentMiB()) - before;
  const numbers = { next: 0, first: 0, count: INSTALLATIONS };
  const turns = await measure({ ...effort, url: `${url}{pick}`, numbers });
  const figure = grown / INSTALLATIONS;
  return {
    path: "1,000 installations in turn",
    value: `${Math.round(turns.rps)}/s`,
    floor: `grew by ${Math.round(grown)} MiB, MiB each:`,
    figure,
    target: `≤ ${ISOLATE_TARGET_MIB}`,
    holds: figure <= ISOLATE_TARGET_MIB,
    errors: errors + errorsOf([turns]),
  };
}

/** Events posted in batches of fifty until each was run and recorded, over bare inserts into the same database. */
async function eventThroughput(site: Site, effort: Effort): Promise<Outcome> {
  for (let n = 1; n <= LISTENERS; n++) await installListener(site, n);
  const floor = await measure({ ...effort, url: `${site.floor}/d1-insert` });
  const from = performance.now();
  for (let i = 0; i < EVENTS / LISTENERS; i += 50)
    await send(site, "/v1/events", { events: Array.from({ length: 50 }, (_, at) => requestCreated(i + at + 1)) });
  const ends = await untilEnded(site);
  const rate = EVENTS / ((performance.now() - from) / 1000);
  const figure = rate / floor.rps;
  return {
    path: "events through the queue",
    value: `${Math.round(rate)}/s`,
    floor: `bare D1 insert ${Math.round(floor.rps)}/s`,
    figure,
    target: `≥ ${EVENTS_TARGET}`,
    holds: figure >= EVENTS_TARGET,
    errors: EVENTS - ends + errorsOf([floor]),
  };
}

/** A free plugin of the bench's publisher that hears of requests, installed with consent. */
async function installListener(site: Site, n: number): Promise<void> {
  const plugin = await ownPlugin({
    publisher: site.publisher.handle,
    name: `bench-listener-${n}`,
    server: `export default { events: { "request.created": () => {} } };\n`,
  });
  const { pluginId } = await site.door.publish(site.publisher, plugin);
  const answer = await fetch(`${site.marketplace}/v1/plugins/${pluginId}/versions/1.0.0`);
  const { manifest } = (await answer.json()) as { manifest: { permissions: readonly { code: string }[] } };
  const parsed = parseManifest(manifest);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem));
  const license = await send(site, "/v1/licenses", { pluginId, userId: "1", type: "free" });
  await send(site, "/v1/installations", {
    pluginId,
    licenseKey: license.licenseKey,
    hardwareId: "5d".repeat(32),
    version: "1.0.0",
    grantedPermissions: manifest.permissions.map(({ code }) => code),
    closureDigest: await closureDigestOf(capabilitiesOf(parsed.value)),
  });
}

async function untilEnded(site: Site): Promise<number> {
  const db = await site.miniflare.getD1Database("DB", "marketplace");
  const query = db.prepare(
    "select count(*) as n from executions where outcome = 'ok' and event_name = 'request.created'",
  );
  for (let tries = 0; ; tries++) {
    const { n } = (await query.first<{ n: number }>()) ?? { n: 0 };
    if (n >= EVENTS || tries > 600) return n;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function requestCreated(n: number): object {
  return {
    id: `evt_bench_${n}`,
    event: "request.created",
    version: 1,
    occurredAt: "2026-01-01T08:30:00.000Z",
    entity: "request",
    entityId: String(n),
    data: { id: n, name: "Eva", status: "NEW" },
  };
}

async function send(site: Site, path: string, body: object): Promise<{ readonly [member: string]: string }> {
  const response = await fetch(site.marketplace + path, {
    method: "POST",
    headers: { authorization: site.instanceHeader(), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as { readonly [member: string]: string };
}

/** Resident memory of this process's workerd; NaN where the system does not tell. */
async function residentMiB(): Promise<number> {
  try {
    for (const task of await readdir("/proc/self/task")) {
      const children = (await readFile(`/proc/self/task/${task}/children`, "utf8")).trim().split(" ");
      for (const pid of children.filter((child) => child !== "")) {
        if (!(await readFile(`/proc/${pid}/cmdline`, "utf8")).includes("workerd")) continue;
        const pages = Number((await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1]);
        return (pages * 4096) / 1024 ** 2;
      }
    }
  } catch {
    // no /proc
  }
  return Number.NaN;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
