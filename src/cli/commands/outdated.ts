import path from "node:path";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { requireLock } from "../work/require-lock.ts";
import { findOutdated } from "../work/resolve-plan.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const outdatedCommand = command({
  summary: "list what rbsm.lock names and for which there is something newer",
  details: ["Each line: the version here, the one rbsm update would choose, and the newest on offer."],
  positionals: [],
  flags: {
    dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm outdated --json"],
  async run({ flags, voice }) {
    const lock = await requireLock(path.resolve(flags.dir ?? "."));
    if (!lock.ok) return lock;
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const outdated = await findOutdated(marketplace.value, lock.value);
    if (!outdated.ok) return outdated;
    if (outdated.value.length === 0) voice.say("Everything is as new as it can be.");
    return ok({
      data: { outdated: outdated.value },
      lines: outdated.value.map(
        ({ name, current, wanted, newest }) => `${name} ${current}  wanted ${wanted}  newest ${newest}`,
      ),
    });
  },
});
