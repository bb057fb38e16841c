import { isoTime } from "../../domain/time.ts";
import type { ExecutionPage } from "../../market/execution/list-executions.ts";
import type { ExecutionRow } from "../../market/execution/ports.ts";
import type { EndedRun } from "../../market/execution/pull-ports.ts";

/** The host's fields of an execution, and what only we know. */
export function showExecutions({ installation, rows, total }: ExecutionPage, page: number, limit: number) {
  return { data: rows.map((row) => showExecution(row, installation.installationId)), total, page, limit };
}

function showExecution(row: ExecutionRow, installationId: string) {
  const calls = Object.values(row.calls).reduce<number>((sum, made) => sum + Number(made), 0);
  return {
    id: row.id,
    installationId,
    action: row.eventName ?? row.kind,
    status: statusOf(row.outcome),
    outcome: row.outcome,
    attempt: row.attempt,
    version: row.version,
    ...(row.durationMs === null ? {} : { duration: row.durationMs }),
    resourceUsage: { apiCalls: calls },
    ...(row.message === null ? {} : { errorMessage: row.message }),
    executedAt: isoTime(row.startedAt ?? row.createdAt),
    calls: row.calls,
    denied: row.denied,
    logs: row.logs,
  };
}

function statusOf(outcome: string): "success" | "error" | "pending" {
  if (outcome === "queued" || outcome === "running") return "pending";
  return outcome === "ok" ? "success" : "error";
}

/** One ended run for whoever admins the installation. */
export function showEnded(run: EndedRun): object {
  const { id, logs, message, calls, denied } = run;
  return { ...showEndedToPublisher(run), id, logs, calls, denied, ...(message === null ? {} : { message }) };
}

/**
 * One ended run for the plugin's publisher: how it ended and what it cost. Log lines and messages are written by the
 * plugin from data of the instance, and ids would tell installations apart: neither leaves the instance's own people.
 */
export function showEndedToPublisher(run: EndedRun): object {
  const { kind, name, version, outcome, attempt, durationMs, calls, denied, logs, finishedAt } = run;
  return {
    action: name ?? kind,
    kind,
    version,
    outcome,
    attempt,
    ...(durationMs === null ? {} : { duration: durationMs }),
    calls,
    denied,
    logLines: logs.length,
    finishedAt: isoTime(finishedAt),
  };
}
