import { encodeUtf8 } from "../bytes.ts";
import { DAY } from "../time.ts";
import type { Drift } from "./license.ts";

const MAX_COMPONENTS = 16;
const MAX_COMPONENT_BYTES = 128;

/** A device may change this often in `DRIFT_DAYS` before it counts as another one. */
export const MAX_DRIFTS = 3;
export const DRIFT_WINDOW = 90 * DAY;

/** What a machine is made of, each part once; null when there are too many, or a text is empty or too long. */
export function parseComponents(values: readonly string[]): readonly string[] | null {
  if (values.length > MAX_COMPONENTS) return null;
  if (values.some((text) => text === "" || encodeUtf8(text).length > MAX_COMPONENT_BYTES)) return null;
  return [...new Set(values)];
}

/** Is the machine that shows these components the one that stored those? How many match, or null: another machine. */
export function matchComponents(stored: readonly string[], shown: readonly string[], drift: Drift): number | null {
  const matching = stored.filter((component) => shown.includes(component)).length;
  if (stored.length === 0 || matching === 0) return null;
  switch (drift) {
    case "strict":
      return matching === stored.length ? matching : null;
    case "majority":
      return matching * 2 > stored.length && matching >= 2 ? matching : null;
    case "loose":
      return matching;
  }
}
