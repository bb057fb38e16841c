import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import type { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import { misuse, type Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import { chooseMarketplace, requireToken } from "./marketplace.ts";
import { parseWish } from "./resolve-version.ts";

type Moving = (typeof PUBLISH_OPERATIONS)["yankRelease" | "unyankRelease" | "deprecateRelease" | "undeprecateRelease"];

export interface MovedVersion {
  readonly pluginId: string;
  readonly version: string;
  readonly state: "published" | "deprecated" | "yanked";
}

/** Asks the marketplace to move one published version, `NAME@VERSION`, into another state. */
export async function moveVersion(
  which: string,
  origin: string | undefined,
  operation: Moving,
  json: JsonObject,
): Promise<Outcome<MovedVersion>> {
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
  const token = requireToken(marketplace.value);
  if (!token.ok) return token;
  const plugin = await ask(marketplace.value, CATALOGUE_OPERATIONS.getPluginByName, {
    params: { name },
    isIdentified: true,
  });
  if (!plugin.ok) return plugin;
  const reply = await ask(marketplace.value, operation, { params: { id: plugin.value.body.id, v: version }, json });
  return reply.ok ? ok(reply.value.body) : reply;
}
