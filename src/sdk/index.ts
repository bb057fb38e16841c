export type * from "./context.ts";
export type * from "./define.ts";
export { definePlugin } from "./define.ts";
