import * as z from "zod";
import { PARTS } from "../../domain/operations/judge-status.ts";
import type { Operation } from "../operation.ts";

const OPERATOR = { kind: "account", scope: ["desk:accounts", "desk:review"] } as const;

const STATUS = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  checkedAt: z.string(),
  parts: z.array(
    z.object({
      part: z.enum(PARTS),
      state: z.enum(["ok", "degraded", "down", "off"]),
      /** How long it took to look; absent where nothing was asked. */
      ms: z.number().optional(),
      detail: z.string(),
    }),
  ),
});

/** For whoever runs the marketplace (src/domain/operations/README.md). */
export const OPERATIONS_OPERATIONS = {
  showStatus: {
    id: "showStatus",
    method: "GET",
    path: "/v1/status",
    summary: "How the service and everything it depends on are; 503 when a part it cannot do without is down",
    tag: "service",
    caller: OPERATOR,
    answers: { 200: STATUS, 503: STATUS },
    problems: [],
  },
  showMetrics: {
    id: "showMetrics",
    method: "GET",
    path: "/v1/metrics",
    summary: "The same and what is waiting, as Prometheus text",
    tag: "service",
    caller: OPERATOR,
    answers: { 200: "text/plain" },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
