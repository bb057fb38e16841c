import type { Operation } from "../operation.ts";

export const PUBLISH_OPERATIONS = {} as const satisfies Record<string, Operation>;
