import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { fetchVersions } from "../work/resolve-version.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

export const versionsCommand = command({
  summary: "list the versions of a plugin, newest first",
  details: ["Yanked and deprecated ones are marked, with the reason their publisher gave."],
  positionals: [{ name: "PLUGIN", summary: "name of the plugin" }],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm versions visit-notes"],
  async run({ flags, args: [name = ""] }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const list = await fetchVersions(marketplace.value, name);
    if (!list.ok) return list;
    const { pluginId, latest, versions } = list.value;
    return ok({
      data: { name, pluginId, latest, versions },
      lines: versions.map(({ version, channel, state, releaseDate, downloads, notice, replacement }) =>
        [
          version.padEnd(16),
          releaseDate.slice(0, 10),
          channel.padEnd(6),
          state.padEnd(10),
          `${downloads} downloads`,
          notice === undefined ? "" : `– ${oneLine(notice)}${replacement === undefined ? "" : ` (use ${replacement})`}`,
        ]
          .join("  ")
          .trimEnd(),
      ),
    });
  },
});
