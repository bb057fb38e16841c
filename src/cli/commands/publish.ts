import path from "node:path";
import type { OpenedBundle } from "../../domain/bundle/open.ts";
import { CHANNELS } from "../../domain/manifest/permissions.ts";
import { ok } from "../../domain/result.ts";
import { type Answer, command } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { progressBar, type Voice } from "../voice.ts";
import { checkProject } from "../work/check/check-project.ts";
import { readKey } from "../work/key-store.ts";
import { chooseMarketplace, type Marketplace } from "../work/marketplace.ts";
import { type Plan, type Published, publishBundle } from "../work/publish-bundle.ts";
import { fetchPublished, type PublishedVersion } from "../work/published-version.ts";
import { type Release, waitForRelease } from "../work/wait-for-release.ts";
import { showBundle, showCapabilities, showFiles } from "./show-bundle.ts";
import { warnFindings } from "./show-findings.ts";

const DEFAULT_TIMEOUT_SECONDS = 600;
const PROGRESS_BYTES = 256 * 1024;

export const publishCommand = command({
  summary: "sign a version and hand it to the marketplace",
  details: [
    "Takes a .rbsm file, or a plugin's folder, which is built and packed first. Shows the files, the size and what the plugin asks for, marked against the published version, and asks. Exit code 0 means accepted; the checks and the review follow.",
    "With --wait it stays until the release is published or rejected. When the time is up and gates are still open it ends with code 1 and kind waiting.",
  ],
  positionals: [
    { name: "PATH", summary: "a .rbsm file or a plugin's folder; the current one if left out", optional: true },
  ],
  flags: {
    yes: { summary: "do not ask" },
    wait: { summary: "stay until it is published or rejected" },
    timeout: { value: "SECONDS", summary: `how long --wait stays; ${DEFAULT_TIMEOUT_SECONDS} if left out` },
    "dry-run": { summary: "do everything but send" },
    channel: { value: "CHANNEL", summary: `refuse another channel than this: ${CHANNELS.join(", ")}` },
    key: { value: "FILE", summary: "sign with this key file" },
    "key-name": { value: "NAME", summary: "sign with this key of yours" },
    marketplace: { value: "URL", summary: "another marketplace than the one of the last login" },
  },
  examples: ["rbsm publish", "rbsm publish visit-notes-1.4.0.rbsm --yes --wait --json"],
  async run({ flags, args, voice }) {
    const seconds = Number(flags.timeout ?? DEFAULT_TIMEOUT_SECONDS);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400)
      return { ok: false, problem: misuse("option_invalid", "--timeout is a number of seconds, 1 to 86400.") };
    if (flags.channel !== undefined && !(CHANNELS as readonly string[]).includes(flags.channel))
      return { ok: false, problem: misuse("option_invalid", `There is no channel “${flags.channel}”.`) };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const key = await readKey({ env: process.env, name: flags["key-name"], file: flags.key });
    if (!key.ok) return key;
    const bundle = await takeBundle(path.resolve(args[0] ?? "."), voice);
    if (!bundle.ok) return bundle;
    if (flags.channel !== undefined && bundle.value.manifest.channel !== flags.channel)
      return { ok: false, problem: tellChannel(bundle.value.manifest.channel, flags.channel) };
    const before = await fetchPublished(marketplace.value, bundle.value.manifest.name);
    const plan = { voice, isYes: flags.yes === true || flags["dry-run"] === true, before };
    const published = await publishBundle({
      marketplace: marketplace.value,
      bytes: bundle.value.bytes,
      key: key.value,
      isDryRun: flags["dry-run"] === true,
      confirm: (made) => confirmPlan(made, plan),
      onProgress: (sent, total) => {
        if (total > PROGRESS_BYTES) voice.progress(progressBar("Sending", sent, total));
      },
    });
    if (!published.ok) return published;
    const shown = showBundle(bundle.value, before?.files);
    if (published.value === null) return ok({ data: { dryRun: true, ...shown }, lines: ["Nothing was sent."] });
    const { releaseId, pluginId, state, isKnown } = published.value;
    voice.say(`${isKnown ? "Known already" : "Accepted"}: release ${releaseId}`);
    const data = { ...shown, releaseId, pluginId, state, known: isKnown };
    if (!flags.wait) return ok({ data, lines: [`release ${releaseId} ${state}`] });
    return waitUntil(marketplace.value, published.value, seconds, voice, data);
  },
});

/** A file is published as it is; a folder is built and packed in memory, nothing is written. */
async function takeBundle(source: string, voice: Voice): Promise<Outcome<OpenedBundle>> {
  const checked = await checkProject(source);
  if (!checked.ok) return checked;
  const { bundle, findings, refusal } = checked.value;
  warnFindings(findings, voice);
  if (refusal) return { ok: false, problem: refusal };
  if (!bundle) throw new Error("a bundle that is neither there nor refused");
  return ok(bundle);
}

async function confirmPlan(
  { bundle, head, keyId, isSecondTry }: Plan,
  { voice, isYes, before }: { voice: Voice; isYes: boolean; before: PublishedVersion | null },
): Promise<Outcome<null>> {
  if (isSecondTry) voice.say(`Somebody published in between: this would now be number ${head.sequence + 1}.`);
  else describePlan(bundle, head.sequence + 1, keyId, before, voice);
  if (isYes) return ok(null);
  const answer = await voice.confirm("Publish this?");
  if (answer === "yes") return ok(null);
  return {
    ok: false,
    problem:
      answer === "nobody"
        ? misuse("confirmation_missing", "Nobody is there to answer.", "Read the plan and add --yes.")
        : { code: "declined", kind: "consent", message: "Nothing was published.", next: "" },
  };
}

function describePlan(
  bundle: OpenedBundle,
  sequence: number,
  keyId: string,
  before: PublishedVersion | null,
  voice: Voice,
): void {
  const { name, version, channel } = bundle.manifest;
  const growth = before ? `, ${before.version} had ${before.size}` : "";
  voice.say(voice.paint("bold", `${name} ${version} (${channel})`));
  for (const line of showFiles(bundle, before?.files)) voice.say(line);
  voice.say(`${bundle.size} bytes${growth}, sha256 ${bundle.sha256}`);
  voice.say("It asks for:");
  for (const line of showCapabilities(bundle, before?.capabilities)) voice.say(line);
  voice.say(`Release number ${sequence}, signed with key ${keyId}`);
}

async function waitUntil(
  marketplace: Marketplace,
  { releaseId, state }: Published,
  seconds: number,
  voice: Voice,
  data: Answer["data"],
): Promise<Outcome<Answer>> {
  let told = "";
  const onChange = ({ state: now, gates, findings }: Release) => {
    const line = `${now}${gates.length > 0 ? `, open gates: ${gates.join(", ")}` : ""}`;
    if (line === told) return;
    voice.say(line);
    for (const finding of findings) voice.say(`  ${describe(finding)}`);
    told = line;
  };
  const until = Date.now() + seconds * 1000;
  const release = await waitForRelease({ marketplace, releaseId, state, until, now: Date.now, onChange });
  if (!release.ok) return release;
  const { state: reached, gates, findings } = release.value;
  return ok({ data: { ...data, state: reached, gates, findings }, lines: [`release ${releaseId} ${reached}`] });
}

function describe({ severity, check, path: file, message, advice }: Release["findings"][number]): string {
  return [severity, check, file, message, advice].filter((part) => part !== undefined && part !== "").join(" · ");
}

function tellChannel(channel: string, wanted: string) {
  return {
    code: "channel_mismatch",
    kind: "manifest" as const,
    message: `The version belongs to channel ${channel}, not ${wanted}.`,
    next: "Correct version and channel in manifest.json.",
  };
}
