import type { PluginContext } from "@rising-bsm/plugin-sdk";
import { judgeVat, type LocalVerdict, normalizeVat } from "./check-digits.ts";
import { askVies, type Registration } from "./vies.ts";

/** One check with its date: what a tax office wants to see. */
/** What checking needs: it keeps what the register said. */
export type CheckContext = PluginContext<"storage.read" | "storage.write">;

export interface Check {
  readonly number: string;
  readonly status: Registration["status"] | Exclude<LocalVerdict, "plausible">;
  readonly name?: string | null;
  readonly address?: string | null;
  readonly why?: string;
  readonly checkedAt: string;
}

const FRESH_MS = 24 * 3_600_000;
const PREFIX = "vat:";

/** Check digits first, then the register; a verdict of the last 24 hours is answered from memory. */
export async function checkVat(context: CheckContext, text: string, fresh = false): Promise<Check> {
  const number = normalizeVat(text).slice(0, 20);
  const checkedAt = new Date().toISOString();
  const local = judgeVat(number);
  if (local !== "plausible") return { number, status: local, checkedAt };
  const kept = fresh ? null : await recentCheck(context, number);
  if (kept !== null) return kept;
  const check: Check = { number, ...(await askVies(number)), checkedAt };
  if (check.status !== "unconfirmed") await context.storage.set(PREFIX + number, { ...check });
  context.log.info(`${number.slice(0, 2)} number: ${check.status}`);
  return check;
}

export async function listChecks(context: CheckContext, cursor: string | undefined) {
  const page = await context.storage.list({ prefix: PREFIX, limit: 50, ...(cursor === undefined ? {} : { cursor }) });
  return { checks: page.items.map(({ value }) => value), ...(page.cursor === undefined ? {} : { next: page.cursor }) };
}

async function recentCheck(context: CheckContext, number: string): Promise<Check | null> {
  const kept = (await context.storage.get(PREFIX + number)) as unknown as Check | null;
  return kept !== null && Date.now() - Date.parse(kept.checkedAt) < FRESH_MS ? kept : null;
}
