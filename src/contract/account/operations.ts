import type { Operation } from "../operation.ts";

export const ACCOUNT_OPERATIONS = {} as const satisfies Record<string, Operation>;
