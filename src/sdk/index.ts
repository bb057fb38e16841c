export type * from "./context.ts";
export type * from "./define.ts";
export { definePlugin } from "./define.ts";
export type * from "./entities.ts";
export { APPOINTMENT_STATUSES, CUSTOMER_STATUSES, REQUEST_STATUSES } from "./entities.ts";
export { type BlockInput, view } from "./view.ts";
