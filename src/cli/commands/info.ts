import { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

const INDENT = /^ */;

export const infoCommand = command({
  summary: "show what the marketplace says about a plugin",
  positionals: [{ name: "PLUGIN", summary: "name of the plugin" }],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm info visit-notes"],
  async run({ flags, args: [name = ""] }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, CATALOGUE_OPERATIONS.getPluginByName, { params: { name } });
    if (!reply.ok) return reply;
    const plugin = reply.value.body;
    const which = { id: plugin.id, v: plugin.version };
    const version = await ask(marketplace.value, CATALOGUE_OPERATIONS.getVersion, { params: which });
    const reproducible = (version.ok ? version.value.body.reproducible : undefined) ?? "unknown";
    const prices = Object.entries(plugin.pricing).map(([tier, price]) => `${tier} ${price.toFixed(2)} €`);
    return ok({
      data: { plugin, reproducible },
      lines: [
        `${plugin.name} ${plugin.version}  ${plugin.displayName}`,
        `  ${plugin.description}`,
        `  by           ${plugin.author}`,
        `  type         ${plugin.type}, ${plugin.category}`,
        ...(plugin.tags.length > 0 ? [`  tags         ${plugin.tags.join(", ")}`] : []),
        `  made for     Rising-BSM ${plugin.minAppVersion}${plugin.maxAppVersion ? ` to ${plugin.maxAppVersion}` : " or newer"}`,
        `  prices       ${prices.join(", ") || "none"}`,
        `  permissions  ${plugin.permissions.map(({ code, required }) => (required ? code : `${code}?`)).join(", ") || "none"}`,
        ...(plugin.dependencies.length > 0
          ? [
              `  needs        ${plugin.dependencies.map(({ pluginName, range }) => `${pluginName} ${range}`).join(", ")}`,
            ]
          : []),
        `  reproducible ${reproducible}`,
        `  downloads    ${plugin.downloads}, rated ${plugin.rating}`,
      ].map((line) => `${INDENT.exec(line)?.[0] ?? ""}${oneLine(line, 400)}`),
    });
  },
});
