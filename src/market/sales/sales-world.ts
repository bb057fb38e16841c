import type { World } from "../ports.ts";

/** What the acts of selling take of the world. */
export type SalesWorld = Pick<
  World,
  | "orders"
  | "sellers"
  | "payments"
  | "licenses"
  | "lastGood"
  | "keyHasher"
  | "vault"
  | "chance"
  | "clock"
  | "webhooks"
  | "webhookBell"
  | "background"
>;
