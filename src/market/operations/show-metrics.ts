import { BACKLOGS, PARTS } from "../../domain/operations/judge-status.ts";
import type { Metric } from "../../domain/operations/prometheus.ts";
import { type ServiceStatus, showStatus } from "./show-status.ts";

const VALUE = { ok: 1, off: 1, degraded: 0.5, down: 0 } as const;

/** The state of the service as families of metrics. What could not be looked at is left out, never guessed. */
export async function showMetrics(world: Parameters<typeof showStatus>[0]): Promise<readonly Metric[]> {
  const status = await showStatus(world);
  const { parts, backlog, database, lastSweep, updatesEnd, checkedAt } = status;
  const gauge = (name: string, help: string, value: number | null | undefined): Metric => ({
    name,
    help,
    type: "gauge",
    samples: typeof value === "number" ? [{ value }] : [],
  });
  return [
    gauge(
      "rbsm_up",
      "1 when all is well, 0.5 when something is degraded, 0 when something vital is down.",
      upOf(status),
    ),
    {
      name: "rbsm_part_up",
      help: "The same for each part.",
      type: "gauge",
      samples: PARTS.flatMap((part) => {
        const found = parts.find((one) => one.part === part);
        return found === undefined ? [] : [{ labels: { part }, value: VALUE[found.state] }];
      }),
    },
    {
      name: "rbsm_part_seconds",
      help: "How long a part took to answer.",
      type: "gauge",
      samples: parts.flatMap(({ part, ms }) => (ms === undefined ? [] : [{ labels: { part }, value: ms / 1000 }])),
    },
    gauge("rbsm_database_bytes", "Size of the database.", database?.bytes),
    gauge("rbsm_plugins_listed", "Plugins in the public list.", database?.plugins),
    gauge("rbsm_instances_alive", "Instances with an installation that called within a day.", database?.instancesAlive),
    {
      name: "rbsm_waiting",
      help: "Rows that wait for a queue or a sweep.",
      type: "gauge",
      samples: backlog === null ? [] : BACKLOGS.map((kind) => ({ labels: { kind }, value: backlog[kind].count })),
    },
    {
      name: "rbsm_waiting_oldest_seconds",
      help: "How long the oldest of them waits.",
      type: "gauge",
      samples:
        backlog === null
          ? []
          : BACKLOGS.flatMap((kind) => {
              const { oldestAt } = backlog[kind];
              return oldestAt === null ? [] : [{ labels: { kind }, value: Math.max(0, checkedAt - oldestAt) }];
            }),
    },
    gauge(
      "rbsm_sweep_age_seconds",
      "Since the sweep of every minute ended.",
      lastSweep === null ? null : checkedAt - lastSweep,
    ),
    gauge(
      "rbsm_updates_timestamp_seconds_left",
      "Until the timestamp of the update repository ends.",
      updatesEnd === null ? null : updatesEnd - checkedAt,
    ),
  ];
}

function upOf({ status }: ServiceStatus): number {
  return VALUE[status];
}
