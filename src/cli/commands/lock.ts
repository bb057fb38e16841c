import path from "node:path";
import { parseVersion } from "../../domain/release/version.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { readLicenseUse } from "../work/license-use.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { relock } from "../work/relock.ts";
import { LICENSE_FLAGS } from "./license-flags.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const lockCommand = command({
  summary: "choose versions anew and write rbsm.lock, without touching a plugin",
  details: [
    "Everything that was asked for is chosen again, or only PLUGIN with what it needs; each new choice is fetched and verified, and only the lock is written. rbsm install then brings what it names.",
    "With --app-version the lock is made for another Rising-BSM: a way to see beforehand what an upgrade of the host would bring.",
  ],
  positionals: [{ name: "PLUGIN", summary: "only this one; everything if left out", optional: true }],
  flags: {
    dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" },
    "app-version": { value: "VERSION", summary: "the Rising-BSM to lock for" },
    minimal: { summary: "the oldest versions that suit everything, instead of the newest" },
    ...LICENSE_FLAGS,
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm lock", "rbsm lock --app-version 0.3.0", "rbsm lock visit-notes --minimal"],
  async run({ flags, args: [name] }) {
    const appVersion = flags["app-version"];
    if (appVersion !== undefined && parseVersion(appVersion) === null)
      return { ok: false, problem: misuse("option_invalid", `“${appVersion}” is not a version.`) };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const license = await readLicenseUse(process.env, flags);
    if (!license.ok) return license;
    const folder = path.resolve(flags.dir ?? ".");
    const place = { env: process.env, marketplace: marketplace.value, folder, license: license.value };
    const update = name === undefined ? null : [name];
    const locked = await relock(place, { appVersion, minimal: flags.minimal === true, update });
    if (!locked.ok) return locked;
    const { plugins } = locked.value;
    return ok({
      data: { lock: locked.value },
      lines: Object.entries(plugins).map(([key, { version, sha256 }]) => `${key} ${version}  ${sha256}`),
    });
  },
});
