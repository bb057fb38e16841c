import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { progressBar } from "../voice.ts";
import { updatePlugins } from "../work/install-plugins.ts";
import { readLicenseUse } from "../work/license-use.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { LICENSE_FLAGS } from "./license-flags.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

export const updateCommand = command({
  summary: "move what rbsm.lock names to the best versions that fit together",
  details: [
    "Ranges that were asked for stay as they are; a plugin asked for by its exact number does not move. What nobody needs any more is removed.",
  ],
  positionals: [{ name: "PLUGIN", summary: "only this plugin; all if left out", optional: true }],
  flags: {
    dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" },
    ...LICENSE_FLAGS,
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm update", "rbsm update visit-notes --json"],
  async run({ flags, args: [name], voice }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const license = await readLicenseUse(process.env, flags);
    if (!license.ok) return license;
    const place = {
      env: process.env,
      marketplace: marketplace.value,
      folder: path.resolve(flags.dir ?? "."),
      license: license.value,
      onProgress: (which: string, received: number, total: number) =>
        voice.progress(progressBar(which, received, total)),
    };
    const updated = await updatePlugins(place, name === undefined ? [] : [name]);
    if (!updated.ok) return updated;
    const { changed, removed } = updated.value;
    for (const { name: which, version, notice } of changed)
      if (notice !== null) voice.say(`${which} ${version}: ${oneLine(notice)}`);
    if (changed.length + removed.length === 0) voice.say("Everything is as new as it can be.");
    return ok({
      data: { updated: changed, removed },
      lines: [
        ...changed.map(({ name: which, version, sha256, file }) => `${which} ${version}  ${sha256}  ${file}`),
        ...removed.map((which) => `Removed ${which}: nothing needs it`),
      ],
    });
  },
});
