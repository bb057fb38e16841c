import type { OpenedBundle } from "../../domain/bundle/open.ts";
import { sizeReportOf } from "../../domain/release/findings/size-report.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import type { Outcome } from "../problem.ts";
import { openOther, openSource } from "../work/inspect-source.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import type { PublishedVersion } from "../work/published-version.ts";
import { PLAIN_WORDS } from "./plain-words.ts";
import { showBundle, showCapabilities, showFiles } from "./show-bundle.ts";
import { showBytes, showSizes } from "./show-findings.ts";

export const inspectCommand = command({
  summary: "show what is in a bundle and what it may do",
  details: [
    "Files with sizes and digests, permissions in plain words, capabilities. A folder is built in memory first. With --diff each line is marked against the newest published version, with --against FILE against that one.",
  ],
  positionals: [
    { name: "PATH", summary: "a .rbsm file or a plugin's folder; the current one if left out", optional: true },
  ],
  flags: {
    diff: { summary: "compare with the newest published version" },
    against: { value: "FILE", summary: "compare with this .rbsm file or folder" },
    marketplace: { value: "URL", summary: "another marketplace than the one of the last login" },
  },
  examples: ["rbsm inspect visit-notes-1.4.0.rbsm", "rbsm inspect visit-notes --against visit-notes-1.3.0.rbsm"],
  async run({ flags, args }) {
    const bundle = await openSource(args[0] ?? ".");
    if (!bundle.ok) return bundle;
    const other = await findOther(bundle.value.manifest.name, flags);
    if (!other.ok) return other;
    const { manifest } = bundle.value;
    const permissions = manifest.permissions.map(({ code, description, required }) => ({
      code,
      required,
      description,
      means: PLAIN_WORDS[code],
    }));
    return ok({
      data: {
        ...showBundle(bundle.value, other.value?.files),
        type: manifest.type,
        license: manifest.license,
        permissions,
        capabilitiesDigest: bundle.value.capabilitiesDigest,
        sizes: sizeReportOf(bundle.value),
        against: other.value ? { version: other.value.version, size: other.value.size } : null,
        ...(other.value ? { capabilityChanges: changesOf(bundle.value, other.value) } : {}),
      },
      lines: showAll(bundle.value, other.value),
    });
  },
});

async function findOther(
  name: string,
  flags: { readonly diff?: true; readonly against?: string; readonly marketplace?: string },
): Promise<Outcome<PublishedVersion | null>> {
  if (flags.against !== undefined) return openOther(name, { file: flags.against });
  if (!flags.diff) return ok(null);
  const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
  return marketplace.ok ? openOther(name, { marketplace: marketplace.value }) : marketplace;
}

function showAll(bundle: OpenedBundle, other: PublishedVersion | null): readonly string[] {
  const { manifest, size, sha256 } = bundle;
  const permissions = manifest.permissions.map(
    ({ code, required }) => `  ${code.padEnd(20)} ${PLAIN_WORDS[code]}${required ? "" : " (may be declined)"}`,
  );
  return [
    `${manifest.displayName}: ${manifest.name} ${manifest.version} (${manifest.channel}) of ${manifest.publisher}`,
    `  ${manifest.description}`,
    `  ${manifest.type}, ${manifest.license}, sha256 ${sha256}`,
    ...(other ? [`  compared with ${other.version}, ${showBytes(other.size)} → ${showBytes(size)}`] : []),
    "",
    "It may",
    ...(permissions.length > 0 ? permissions : ["  do nothing with your data: it asks for no permission"]),
    "",
    "Capabilities",
    ...showCapabilities(bundle, other?.capabilities),
    "",
    "Files",
    ...showFiles(bundle, other?.files),
    "",
    ...showSizes(sizeReportOf(bundle)),
  ];
}

/** Capabilities that came and went; a new one is what a reviewer and an admin look at first. */
function changesOf(bundle: OpenedBundle, other: PublishedVersion) {
  const flat = (capabilities: object) =>
    Object.entries(capabilities).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : Object.entries(value as object).map((pair) => pair.join(" "))).map(
        (item) => `${name}: ${item}`,
      ),
    );
  const [now, then] = [flat(bundle.capabilities), flat(other.capabilities)];
  return { added: now.filter((one) => !then.includes(one)), removed: then.filter((one) => !now.includes(one)) };
}
