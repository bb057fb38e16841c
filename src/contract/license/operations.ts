import type { Operation } from "../operation.ts";

export const LICENSE_OPERATIONS = {} as const satisfies Record<string, Operation>;
