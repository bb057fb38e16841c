import * as z from "zod";
import type { Operation } from "../operation.ts";

export const SERVICE_OPERATIONS = {
  health: {
    id: "health",
    method: "GET",
    path: "/v1/health",
    summary: "Is the service up",
    tag: "service",
    caller: { kind: "none" },
    answers: { 200: z.object({ status: z.literal("ok") }) },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
