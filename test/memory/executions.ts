import type { EventEnvelope } from "../../src/domain/execution/events.ts";
import type { Installation } from "../../src/domain/execution/installation.ts";
import { DAY, MINUTE } from "../../src/domain/time.ts";
import type { ExecutionRow, ExecutionStore } from "../../src/market/execution/ports.ts";

interface KeptEventRow {
  readonly instanceId: string;
  readonly id: string;
  readonly bodySha256: string;
  readonly createdAt: number;
  body: EventEnvelope | null;
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type KeptExecution = Mutable<ExecutionRow> & {
  readonly activationId: string;
  readonly instanceId: string;
  readonly eventId: string;
  readonly orderKey: string;
  notBefore: number;
  attempt: number;
};

/** The event and execution tables, for tests of use cases. Held to the same contract as the store on D1. */
export interface ExecutionTables {
  readonly installations: (Installation & { readonly accountId: string })[];
  readonly events: KeptEventRow[];
  readonly executions: KeptExecution[];
}

export function emptyExecutionTables(): ExecutionTables {
  return { installations: [], events: [], executions: [] };
}

export function executionsInMemory({ installations, events, executions }: ExecutionTables): ExecutionStore {
  const eraseDone = () => {
    for (const event of events)
      if (
        !executions.some(
          ({ instanceId, eventId, outcome }) =>
            instanceId === event.instanceId && eventId === event.id && outcome !== "ok" && outcome !== "skipped",
        )
      )
        event.body = null;
  };
  const deliveriesOf = (instanceId: string, eventId: string) =>
    executions
      .filter((row) => row.instanceId === instanceId && row.eventId === eventId)
      .map(({ id, activationId }) => ({
        executionId: id,
        installationId: installations.find((one) => one.activationId === activationId)?.installationId ?? "",
      }))
      .toSorted((a, b) => (a.executionId < b.executionId ? -1 : 1));

  return {
    async installationsOf(instanceId, now) {
      return installations.filter(
        (one) => one.instanceId === instanceId && one.releasedAt === null && one.leaseUntil > now,
      );
    },
    async installation(activationId) {
      return installations.find((one) => one.activationId === activationId) ?? null;
    },
    async findInstallation(id, owner) {
      const found = installations.find(
        (one) =>
          (one.activationId === id || one.installationId === id) &&
          ("instanceId" in owner ? one.instanceId === owner.instanceId : one.accountId === owner.accountId),
      );
      return found === undefined ? null : { activationId: found.activationId, installationId: found.installationId };
    },
    async keepEvent({ instanceId, envelope, bodySha256 }, deliveries, now) {
      const known = events.find((event) => event.instanceId === instanceId && event.id === envelope.id);
      if (known !== undefined)
        return known.bodySha256 === bodySha256
          ? { result: "duplicate", deliveries: deliveriesOf(instanceId, envelope.id) }
          : { result: "conflict", deliveries: [] };
      const body = deliveries.length === 0 ? null : envelope;
      events.push({ instanceId, id: envelope.id, bodySha256, createdAt: now, body });
      for (const { executionId, activationId, version } of deliveries)
        executions.push({
          id: executionId,
          activationId,
          instanceId,
          eventId: envelope.id,
          version,
          kind: "event",
          eventName: envelope.event,
          orderKey: `${envelope.entity}:${envelope.entityId}`,
          notBefore: 0,
          attempt: 0,
          outcome: "queued",
          message: null,
          durationMs: null,
          calls: {},
          denied: {},
          logs: [],
          createdAt: now,
          startedAt: null,
          finishedAt: null,
        });
      return { result: "kept", deliveries: deliveriesOf(instanceId, envelope.id) };
    },
    async claim(executionId, now) {
      const row = executions.find(({ id, outcome }) => id === executionId && outcome === "queued");
      if (row === undefined || row.notBefore > now) return null;
      const isBehind = executions.some(
        (other, at) =>
          at < executions.indexOf(row) &&
          other.activationId === row.activationId &&
          other.orderKey === row.orderKey &&
          (other.outcome === "queued" || other.outcome === "running"),
      );
      if (isBehind) return null;
      Object.assign(row, { outcome: "running", attempt: row.attempt + 1, startedAt: now });
      const { activationId, instanceId, eventId, attempt, orderKey } = row;
      const envelope = events.find((event) => event.instanceId === instanceId && event.id === eventId)?.body ?? null;
      return {
        id: executionId,
        activationId,
        instanceId,
        kind: "event",
        eventId,
        attempt,
        tries: attempt,
        orderKey,
        isAfterFailure: false,
        envelope,
      };
    },
    async finish(claimed, { outcome, message, durationMs, report }, now) {
      const row = executions.find(
        ({ id, attempt, outcome: now }) => id === claimed.id && attempt === claimed.attempt && now === "running",
      );
      if (row === undefined) return false;
      Object.assign(row, {
        outcome,
        message: message?.slice(0, 300) ?? null,
        durationMs: durationMs === undefined ? null : Math.round(durationMs),
        calls: report?.calls ?? {},
        denied: report?.denied ?? {},
        logs: report?.logs ?? [],
        finishedAt: now,
      });
      eraseDone();
      return true;
    },
    async page(activationId, page, limit, outcome) {
      const isDead = (end: string) => !["queued", "running", "ok", "skipped"].includes(end);
      const own = executions
        .filter((row) => row.activationId === activationId)
        .filter((row) => outcome === undefined || (outcome === "dead" ? isDead(row.outcome) : row.outcome === outcome))
        .toReversed()
        .toSorted((a, b) => b.createdAt - a.createdAt);
      const rows = own
        .slice((page - 1) * limit, page * limit)
        .map(({ activationId: _, instanceId: _i, eventId: _e, orderKey: _o, notBefore: _n, ...row }) => row);
      return { rows, total: own.length };
    },
    async sweep(now) {
      for (const row of executions) {
        if (row.outcome === "running" && (row.startedAt ?? 0) < now - 3 * MINUTE)
          Object.assign(
            row,
            row.attempt < 6
              ? { outcome: "queued", message: "The run was lost", notBefore: now }
              : { outcome: "sandbox_crashed", message: "The run was lost", finishedAt: now },
          );
        if (row.outcome === "queued" && row.createdAt < now - 7 * DAY)
          Object.assign(row, { outcome: "skipped", message: "event_erased", finishedAt: now });
      }
      eraseDone();
      for (const event of events) if (event.createdAt < now - 7 * DAY) event.body = null;
      return executions
        .filter(
          ({ outcome, createdAt, notBefore }) =>
            outcome === "queued" && (notBefore === 0 ? createdAt + MINUTE : notBefore) <= now,
        )
        .map(({ id }) => id);
    },
    async purge(before, limit) {
      const old = executions
        .slice(0, limit)
        .filter((row) => row.outcome !== "queued" && row.outcome !== "running")
        .filter((row) => (row.finishedAt ?? row.createdAt) < before);
      for (const row of old) executions.splice(executions.indexOf(row), 1);
      return old.length;
    },
  };
}
