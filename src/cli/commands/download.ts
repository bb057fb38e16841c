import path from "node:path";
import { parseVersion } from "../../domain/release/version.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { progressBar } from "../voice.ts";
import { APP_VERSION, parseChannel } from "../work/install-plugins.ts";
import { readLicenseUse } from "../work/license-use.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { obtainRelease } from "../work/obtain-release.ts";
import { writeWhole } from "../work/project-files.ts";
import { parseWish, resolveVersion } from "../work/resolve-version.ts";
import { LICENSE_FLAGS } from "./license-flags.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

export const downloadCommand = command({
  summary: "fetch and verify one bundle, and lock nothing",
  details: [
    "What is sold needs the key of its license and the credential of the instance the license was made out to; no seat is taken.",
  ],
  positionals: [{ name: "PLUGIN", summary: "NAME, NAME@VERSION or NAME@RANGE" }],
  flags: {
    out: { value: "FILE", summary: "where to write; NAME-VERSION.rbsm in the current folder if left out" },
    channel: { value: "CHANNEL", summary: "also versions of this channel: rc, beta, alpha" },
    "app-version": { value: "VERSION", summary: `the Rising-BSM it is for; ${APP_VERSION} if left out` },
    ...LICENSE_FLAGS,
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm download visit-notes", "rbsm download visit-notes@1.4.0 --out notes.rbsm"],
  async run({ flags, args: [which = ""], voice }) {
    const wish = parseWish(which);
    if (!wish.ok) return wish;
    const channel = parseChannel(flags.channel);
    if (channel === null)
      return { ok: false, problem: misuse("option_invalid", `There is no channel “${flags.channel}”.`) };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const appVersion = flags["app-version"] ?? APP_VERSION;
    if (parseVersion(appVersion) === null)
      return { ok: false, problem: misuse("option_invalid", `“${appVersion}” is not a version.`) };
    const chosen = await resolveVersion(marketplace.value, wish.value, { channel, appVersion });
    if (!chosen.ok) return chosen;
    const { pluginId, name, version, notice } = chosen.value;
    if (notice !== null) voice.say(`${name} ${version}: ${oneLine(notice)}`);
    const license = await readLicenseUse(process.env, flags);
    if (!license.ok) return license;
    const obtained = await obtainRelease({
      env: process.env,
      marketplace: marketplace.value,
      pluginId,
      name,
      version,
      asCurrent: wish.value.version === null && wish.value.range === null,
      license: license.value,
      onProgress: (received, total) => voice.progress(progressBar(name, received, total)),
    });
    if (!obtained.ok) return obtained;
    const file = path.resolve(flags.out ?? `${name}-${version}.rbsm`);
    await writeWhole(file, obtained.value.bytes);
    const { sha256 } = obtained.value.release.bundle;
    const { publication } = obtained.value.release.receipt.receipt;
    return ok({
      data: { name, version, sha256, publication, file },
      lines: [`${name} ${version}  ${sha256}  ${file}`],
    });
  },
});
