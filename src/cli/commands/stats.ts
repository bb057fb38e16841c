import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const statsCommand = command({
  summary: "show the numbers of a plugin",
  positionals: [{ name: "PLUGIN", summary: "name of the plugin" }],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm stats visit-notes"],
  async run({ flags, args: [name = ""] }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const known = { isIdentified: true } as const;
    const plugin = await ask(marketplace.value, CATALOGUE_OPERATIONS.getPluginByName, { params: { name }, ...known });
    if (!plugin.ok) return plugin;
    const params = { id: plugin.value.body.id };
    const reply = await ask(marketplace.value, CATALOGUE_OPERATIONS.getPluginStats, { params, ...known });
    if (!reply.ok) return reply;
    const { downloads, activeInstalls, ratings } = reply.value.body;
    return ok({
      data: { name, ...reply.value.body },
      lines: [
        `downloads        ${downloads}`,
        `active installs  ${activeInstalls}`,
        `rating           ${ratings.average} of 5, ${ratings.count} reviews`,
      ],
    });
  },
});
