import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import { chooseMarketplace, type Marketplace, requireToken } from "./marketplace.ts";

/** The marketplace of the last login, or the one named, with a token for it. */
export async function identified(origin: string | undefined): Promise<Outcome<Marketplace>> {
  const marketplace = await chooseMarketplace({ env: process.env, origin });
  if (!marketplace.ok) return marketplace;
  const token = requireToken(marketplace.value);
  return token.ok ? marketplace : token;
}

/** Number of a plugin by its name, as the caller sees it. */
export async function pluginIdOf(marketplace: Marketplace, name: string): Promise<Outcome<string>> {
  const plugin = await ask(marketplace, CATALOGUE_OPERATIONS.getPluginByName, { params: { name }, isIdentified: true });
  return plugin.ok ? ok(plugin.value.body.id) : plugin;
}
