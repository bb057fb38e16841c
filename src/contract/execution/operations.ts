import type { Operation } from "../operation.ts";

export const EXECUTION_OPERATIONS = {} as const satisfies Record<string, Operation>;
