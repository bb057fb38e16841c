import {
  type Backlog,
  judgeQueues,
  judgeStatus,
  judgeSweep,
  judgeUpdates,
  type Part,
  type PartStatus,
} from "../../domain/operations/judge-status.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { DatabaseFacts } from "./ports.ts";

export interface ServiceStatus {
  readonly status: "ok" | "degraded" | "down";
  /** Unix seconds. */
  readonly checkedAt: number;
  readonly parts: readonly PartStatus[];
  /** Null where the database did not answer. */
  readonly backlog: Backlog | null;
  readonly database: DatabaseFacts | null;
  readonly lastSweep: number | null;
  readonly updatesEnd: number | null;
}

type Needs = Pick<World, "operations" | "sandboxProbe" | "tuf" | "receiptSigner" | "leaseSigner" | "clock">;

/** Looks at everything the marketplace depends on; nothing that fails there fails this. */
export async function showStatus(world: Needs): Promise<ServiceStatus> {
  const now = unixSeconds(world.clock.now());
  const look = timed(world);
  const [database, bundles, keys, sandbox, backlog, lastSweep, updatesEnd] = await Promise.all([
    look(() => world.operations.database(now)),
    look(() => world.operations.bucket()),
    look(() => Promise.all([world.receiptSigner.keyId(), world.leaseSigner.keyId()])),
    look(() => world.sandboxProbe.answers()),
    look(() => world.operations.backlog()),
    look(() => world.operations.lastSweep()),
    look(() => timestampEnd(world)),
  ]);
  const parts: PartStatus[] = [
    alive("database", database, ({ bytes }) => `${Math.ceil(bytes / 1024)} KiB`),
    alive("bundles", bundles, () => "answers"),
    alive("keys", keys, () => "receipts and leases can be signed"),
    sandbox.value === true
      ? { part: "sandbox", state: "ok", ms: sandbox.ms, detail: "answers" }
      : { part: "sandbox", state: "down", ms: sandbox.ms, detail: "does not answer: plugins do not run" },
    lastSweep.value === undefined ? unseen("sweep") : judgeSweep(lastSweep.value, now),
    backlog.value === undefined ? unseen("queues") : judgeQueues(backlog.value, now),
    updatesEnd.value === undefined ? unseen("updates") : judgeUpdates(updatesEnd.value, now),
  ];
  return {
    status: judgeStatus(parts),
    checkedAt: now,
    parts,
    backlog: backlog.value ?? null,
    database: database.value ?? null,
    lastSweep: lastSweep.value ?? null,
    updatesEnd: updatesEnd.value ?? null,
  };
}

interface Looked<T> {
  /** Absent: it failed. */
  readonly value?: T;
  readonly ms: number;
}

function timed({ clock }: Pick<World, "clock">) {
  return async <T>(work: () => Promise<T>): Promise<Looked<T>> => {
    const from = clock.now();
    try {
      return { value: await work(), ms: clock.now() - from };
    } catch {
      return { ms: clock.now() - from };
    }
  };
}

function alive<T>(part: Part, { value, ms }: Looked<T>, tell: (value: T) => string): PartStatus {
  if (value === undefined) return { part, state: "down", ms, detail: "does not answer" };
  return { part, state: "ok", ms, detail: tell(value) };
}

function unseen(part: Part): PartStatus {
  return { part, state: "degraded", detail: "could not be looked at" };
}

async function timestampEnd({ tuf }: Pick<World, "tuf">): Promise<number | null> {
  const bytes = await tuf.metadata("timestamp.json");
  if (bytes === null) return null;
  const { signed } = JSON.parse(new TextDecoder().decode(bytes)) as { signed: { expires: string } };
  return unixSeconds(Date.parse(signed.expires));
}
