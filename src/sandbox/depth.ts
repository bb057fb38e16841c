import type { Json } from "../domain/json/json.ts";

/** Whether a value has more than `levels` levels of arrays and objects. Never descends further than that. */
export function isDeeperThan(value: Json, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels <= 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
