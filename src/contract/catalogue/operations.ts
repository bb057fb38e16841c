import type { Operation } from "../operation.ts";

export const CATALOGUE_OPERATIONS = {} as const satisfies Record<string, Operation>;
