import path from "node:path";
import { DESK_OPERATIONS } from "../../contract/publish/desk-operations.ts";
import { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { checkProject } from "../work/check/check-project.ts";
import { identified } from "../work/identified.ts";
import { readKey } from "../work/key-store.ts";
import type { Marketplace } from "../work/marketplace.ts";
import { publishBundle } from "../work/publish-bundle.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const approveCommand = command({
  summary: "stand behind a release that a build staged: sign it, approve it",
  details: [
    "A release that came without a signature is signed here, if the file is the very one that was staged: name it. One that came with a right that can only stage is approved; off this machine that takes a passkey, and the answer says where.",
  ],
  positionals: [
    { name: "RELEASE", summary: "number of the release, as publish printed it" },
    { name: "PATH", summary: "the .rbsm file, or the plugin's folder; only for a signature", optional: true },
  ],
  flags: {
    key: { value: "FILE", summary: "sign with this key file" },
    "key-name": { value: "NAME", summary: "sign with this key of yours" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm approve 17 visit-notes-1.4.0.rbsm"],
  async run({ flags, args: [id = "", source], voice }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const before = await ask(marketplace.value, PUBLISH_OPERATIONS.getRelease, { params: { id } });
    if (!before.ok) return before;
    const { gates, sha256, name, version } = before.value.body;
    const done: string[] = [];
    if (gates.includes("statement")) {
      if (source === undefined)
        return {
          ok: false,
          problem: misuse("path_missing", "This release waits for a signature.", `Run rbsm approve ${id} FILE.`),
        };
      const key = await readKey({ env: process.env, name: flags["key-name"], file: flags.key });
      if (!key.ok) return key;
      const signed = await sign(marketplace.value, path.resolve(source), sha256, key.value);
      if (!signed.ok) return signed;
      done.push("statement");
    }
    if (gates.includes("approval")) {
      const approved = await ask(marketplace.value, DESK_OPERATIONS.approveUpload, { params: { id } });
      if (!approved.ok) return approved;
      done.push("approval");
    }
    if (done.length === 0)
      return {
        ok: false,
        problem: {
          code: "nothing_to_approve",
          kind: "conflict",
          message: `${name} ${version} waits for nothing of yours.`,
          next: `See rbsm status ${id}.`,
        },
      };
    voice.say(`${name} ${version}: closed ${done.join(" and ")}`);
    const after = await ask(marketplace.value, PUBLISH_OPERATIONS.getRelease, { params: { id } });
    if (!after.ok) return after;
    return ok({ data: { ...after.value.body, closed: done }, lines: [`release ${id} ${after.value.body.state}`] });
  },
});

/** The bytes that were staged and no others: a signature is about what was looked at. */
async function sign(
  marketplace: Marketplace,
  source: string,
  sha256: string,
  key: Parameters<typeof publishBundle>[0]["key"],
): Promise<Outcome<null>> {
  const checked = await checkProject(source);
  if (!checked.ok) return checked;
  const { bundle, refusal } = checked.value;
  if (refusal) return { ok: false, problem: refusal };
  if (bundle?.sha256 !== sha256)
    return {
      ok: false,
      problem: {
        code: "bundle_digest_mismatch",
        kind: "bundle",
        message: `This is not what was staged: its digest is ${bundle?.sha256 ?? "unknown"}, not ${sha256}.`,
        next: "Build it from the same sources with the same tools, or take the file of the build.",
      },
    };
  const published = await publishBundle({ marketplace, bytes: bundle.bytes, key, confirm: async () => ok(null) });
  return published.ok ? ok(null) : published;
}
