import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { progressBar } from "../voice.ts";
import { readLicenseUse } from "../work/license-use.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { parseWish } from "../work/resolve-version.ts";
import { rollBack } from "../work/roll-back.ts";
import { LICENSE_FLAGS } from "./license-flags.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const rollbackCommand = command({
  summary: "go back to the version before, or to an older one",
  details: ["The version is pinned in rbsm.lock. Blocked versions, and those below the plugin's floor, are refused."],
  positionals: [{ name: "PLUGIN[@VERSION]", summary: "the plugin, and which version if not the one before" }],
  flags: {
    dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" },
    ...LICENSE_FLAGS,
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm rollback visit-notes", "rbsm rollback visit-notes@1.3.2 --json"],
  async run({ flags, args: [which = ""], voice }) {
    const wish = parseWish(which);
    if (!wish.ok) return wish;
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const license = await readLicenseUse(process.env, flags);
    if (!license.ok) return license;
    const place = {
      env: process.env,
      marketplace: marketplace.value,
      folder: path.resolve(flags.dir ?? "."),
      license: license.value,
      onProgress: (name: string, received: number, total: number) => voice.progress(progressBar(name, received, total)),
    };
    const back = await rollBack(place, wish.value);
    if (!back.ok) return back;
    return ok({
      data: { installed: back.value },
      lines: back.value.map(({ name, version, sha256, file }) => `${name} ${version}  ${sha256}  ${file}`),
    });
  },
});
