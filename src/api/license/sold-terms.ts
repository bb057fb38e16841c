import type { SoldTerms } from "../../domain/license/terms.ts";
import { DAY } from "../../domain/time.ts";

type Sent = { readonly [member in keyof SoldTerms]?: SoldTerms[member] | undefined } & {
  readonly days?: number | undefined;
};

/** What was agreed, without the members that were not sent; undefined where nothing was. */
export function soldTerms(sent: Sent | undefined): Partial<SoldTerms> | undefined {
  if (sent === undefined) return undefined;
  const { days, ...terms } = sent;
  const named = Object.entries(terms).filter(([, value]) => value !== undefined);
  const sold = Object.fromEntries(named) as Partial<SoldTerms>;
  return days === undefined ? sold : { ...sold, durationSeconds: days * DAY };
}
