import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { ROLLOUT_OPERATIONS } from "../../contract/update/rollout-operations.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import { HOUR } from "../../domain/time.ts";
import { ALL, type RolloutStep } from "../../domain/update/rollout.ts";
import { misuse, type Outcome } from "../problem.ts";
import { ask, type Reply } from "./ask.ts";
import { chooseMarketplace, type Marketplace, requireToken } from "./marketplace.ts";
import { parseWish } from "./resolve-version.ts";

export type ShownRollout = Reply<(typeof ROLLOUT_OPERATIONS)["showRollout"]>["body"];

/** How one published version, `NAME@VERSION`, is served to automatic updates. */
export async function showRollout(which: string, origin: string | undefined): Promise<Outcome<ShownRollout>> {
  const found = await findVersion(which, origin);
  if (!found.ok) return found;
  const { marketplace, params } = found.value;
  const reply = await ask(marketplace, ROLLOUT_OPERATIONS.showRollout, { params });
  return reply.ok ? ok(reply.value.body) : reply;
}

export async function changeRollout(
  which: string,
  origin: string | undefined,
  json: JsonObject,
): Promise<Outcome<ShownRollout>> {
  const found = await findVersion(which, origin);
  if (!found.ok) return found;
  const { marketplace, params } = found.value;
  const token = requireToken(marketplace);
  if (!token.ok) return token;
  const reply = await ask(marketplace, ROLLOUT_OPERATIONS.changeRollout, { params, json });
  return reply.ok ? ok(reply.value.body) : reply;
}

/** `5%@0h,25%@24h,100%@72h`; null where it is none. */
export function parseSteps(text: string): readonly RolloutStep[] | null {
  const steps = text.split(",").map((part): RolloutStep | null => {
    const match = /^(\d{1,3}(?:\.\d{1,2})?)%@(\d{1,4})h$/.exec(part.trim());
    if (match === null) return null;
    const basisPoints = Math.round(Number(match[1]) * (ALL / 100));
    return basisPoints > ALL ? null : { after: Number(match[2]) * HOUR, basisPoints };
  });
  return steps.every((step) => step !== null) ? steps : null;
}

/** `5%@0h, 25%@24h`. */
export function writeSteps(steps: readonly RolloutStep[]): string {
  return steps.map(({ after, basisPoints }) => `${basisPoints / (ALL / 100)}%@${after / HOUR}h`).join(", ");
}

async function findVersion(
  which: string,
  origin: string | undefined,
): Promise<
  Outcome<{ readonly marketplace: Marketplace; readonly params: { readonly id: string; readonly v: string } }>
> {
  const wish = parseWish(which);
  if (!wish.ok) return wish;
  const { name, version } = wish.value;
  if (version === null)
    return {
      ok: false,
      problem: misuse("version_missing", `“${which}” names no exact version.`, "Write NAME@VERSION."),
    };
  const marketplace = await chooseMarketplace({ env: process.env, origin });
  if (!marketplace.ok) return marketplace;
  const plugin = await ask(marketplace.value, CATALOGUE_OPERATIONS.getPluginByName, { params: { name } });
  if (!plugin.ok) return plugin;
  return ok({ marketplace: marketplace.value, params: { id: plugin.value.body.id, v: version } });
}
