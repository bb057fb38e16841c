import path from "node:path";
import { parseVersion } from "../../domain/release/version.ts";
import { ok } from "../../domain/result.ts";
import { type Answer, command } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { progressBar, type Voice } from "../voice.ts";
import { type Installed, installFromLock, installPlugin, type Place, parseChannel } from "../work/install-plugins.ts";
import { readLicenseUse } from "../work/license-use.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { parseWish } from "../work/resolve-version.ts";
import { LICENSE_FLAGS } from "./license-flags.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

export const installCommand = command({
  summary: "fetch a plugin, verify it and lock it in rbsm.lock",
  details: [
    "The bundle goes to DIR/plugins with its statement and receipt beside it. Signatures are held against the pinned keys, the bytes against the statement, and the release against what was seen of the plugin before.",
    "Without PLUGIN it installs exactly what rbsm.lock names: nothing is chosen, and every digest must be the locked one.",
    "What is sold needs the key of its license and the credential of the instance the license was made out to; no seat is taken.",
    "What the plugin needs is installed with it, in versions that suit everything in the lock; what cannot be is explained.",
  ],
  positionals: [
    { name: "PLUGIN", summary: "NAME, NAME@VERSION or NAME@RANGE; all of rbsm.lock if left out", optional: true },
  ],
  flags: {
    dir: { value: "DIR", summary: "folder of rbsm.lock; the current one if left out" },
    channel: { value: "CHANNEL", summary: "also versions of this channel: rc, beta, alpha" },
    "app-version": { value: "VERSION", summary: "the Rising-BSM it is for; that of the lock if left out" },
    minimal: { summary: "the oldest versions that suit everything, instead of the newest" },
    ...LICENSE_FLAGS,
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm install visit-notes", "rbsm install visit-notes@^1.2.0 --dir plugins-of-acme", "rbsm install"],
  async run({ flags, args: [which], voice }) {
    const channel = parseChannel(flags.channel);
    if (channel === null)
      return { ok: false, problem: misuse("option_invalid", `There is no channel “${flags.channel}”.`) };
    const appVersion = flags["app-version"];
    if (appVersion !== undefined && parseVersion(appVersion) === null)
      return { ok: false, problem: misuse("option_invalid", `“${appVersion}” is not a version.`) };
    const wish = which === undefined ? null : parseWish(which);
    if (wish !== null && !wish.ok) return wish;
    if (wish === null && (flags.minimal === true || (flags.channel ?? appVersion) !== undefined))
      return {
        ok: false,
        problem: misuse("option_invalid", "From a lock nothing is chosen: leave these options out."),
      };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const license = await readLicenseUse(process.env, flags);
    if (!license.ok) return license;
    const place: Place = {
      env: process.env,
      marketplace: marketplace.value,
      folder: path.resolve(flags.dir ?? "."),
      license: license.value,
      onProgress: (name, received, total) => voice.progress(progressBar(name, received, total)),
    };
    if (wish === null) return tell(await installFromLock(place), voice);
    const installed = await installPlugin(place, wish.value, { channel, appVersion, minimal: flags.minimal === true });
    return tell(installed, voice);
  },
});

function tell(installed: Outcome<readonly Installed[]>, voice: Voice): Outcome<Answer> {
  if (!installed.ok) return installed;
  for (const { name, version, notice } of installed.value)
    if (notice !== null) voice.say(`${name} ${version}: ${oneLine(notice)}`);
  return ok({
    data: { installed: installed.value },
    lines: installed.value.map(({ name, version, sha256, file }) => `${name} ${version}  ${sha256}  ${file}`),
  });
}
