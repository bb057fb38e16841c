import { KEYSET_OPERATIONS } from "../../contract/license/keyset-operations.ts";
import { KEY_PURPOSES, type KeyPurpose, PUBLISH_BEFORE_USE, REVOKE_MODES } from "../../domain/license/keyset.ts";
import { addKey, type KeysetPlan, retireKey, revokeKey, switchTo } from "../../domain/license/keyset-plan.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { type Answer, command, type Group } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { ask } from "../work/ask.ts";
import {
  initKeyset,
  keysetFolder,
  type MadeKey,
  makeKey,
  makeRoot,
  newestDocuments,
  readPlan,
  signKeyset,
  writePlan,
} from "../work/keyset-folder.ts";
import { chooseMarketplace, parseOrigin, requireToken } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const DIR_FLAG = {
  value: "FOLDER",
  summary: "where the key set is kept; rbsm/keyset in your configuration if left out",
};
const KID = [{ name: "KID", summary: "the key, as rbsm keyset status shows it" }];
const nowSeconds = () => Math.floor(Date.now() / 1000);
/** Time to sign and publish before the 48 hours must begin. */
const SLACK = 3600;

const init = command({
  summary: "make an offline root and the first signing keys",
  details: [
    "The root key signs which keys the marketplace's licenses are signed with. Keep its file on a machine without a network, and a copy elsewhere: whoever has it speaks for the marketplace.",
  ],
  positionals: [],
  flags: {
    marketplace: { value: "URL", summary: "whose key set this is" },
    "lease-key": {
      value: "FILE",
      summary: "go on with the lease key in use: a file with the value of LEASE_KEY_PKCS8",
    },
    dir: DIR_FLAG,
  },
  examples: ["rbsm keyset init --marketplace https://market.example"],
  async run({ flags }) {
    if (flags.marketplace === undefined)
      return { ok: false, problem: misuse("option_missing", "rbsm keyset init needs --marketplace.") };
    const origin = parseOrigin(flags.marketplace);
    if (!origin.ok) return origin;
    const folder = keysetFolder(process.env, flags.dir);
    const leaseKey = flags["lease-key"] === undefined ? undefined : await readText(flags["lease-key"]);
    const made = await initKeyset(folder, origin.value, nowSeconds(), leaseKey);
    if (!made.ok) return made;
    const { root, keys } = made.value;
    return ok({
      data: { folder, root: { kid: root.kid, x: root.x, file: root.file }, keys: keys.map(shown) },
      lines: [
        `root ${root.kid}  ${root.file}`,
        `set the variable LICENSE_ROOTS to ${root.x}`,
        ...keys.flatMap(secretLines),
        "then: rbsm keyset sign && rbsm keyset publish",
      ],
    });
  },
});

const addRoot = command({
  summary: "make another root; both sign from now on",
  details: ["Publish under both for at least 90 days, until every client pins the new one; then delete the old file."],
  positionals: [],
  flags: { dir: DIR_FLAG },
  examples: ["rbsm keyset add-root"],
  async run({ flags }) {
    const folder = keysetFolder(process.env, flags.dir);
    const plan = await readPlan(folder);
    if (!plan.ok) return plan;
    const root = await makeRoot(folder);
    return ok({
      data: { root },
      lines: [`root ${root.kid}  ${root.file}`, `add ${root.x} to the variable LICENSE_ROOTS`],
    });
  },
});

const add = command({
  summary: "make a signing key that is published now and used later",
  positionals: [],
  flags: {
    purpose: { value: "PURPOSE", summary: `what it signs: ${KEY_PURPOSES.join(", ")}` },
    from: { value: "DATE", summary: "first use; in 49 hours if left out, and never in less than 48 from publishing" },
    dir: DIR_FLAG,
  },
  examples: ["rbsm keyset add --purpose lease", "rbsm keyset add --purpose list --from 2027-03-01T00:00:00Z"],
  async run({ flags }) {
    const purpose = KEY_PURPOSES.find((known) => known === flags.purpose);
    if (purpose === undefined)
      return { ok: false, problem: misuse("option_invalid", `--purpose is one of ${KEY_PURPOSES.join(", ")}.`) };
    const from = readTime(flags.from, nowSeconds() + PUBLISH_BEFORE_USE + SLACK);
    if (!from.ok) return from;
    const folder = keysetFolder(process.env, flags.dir);
    const plan = await readPlan(folder);
    if (!plan.ok) return plan;
    const key = await makeKey(folder, purpose as KeyPurpose);
    await writePlan(folder, addKey(plan.value, { kid: key.kid, purpose: key.purpose, x: key.x }, from.value));
    return ok({
      data: { key: shown(key), signFrom: from.value },
      lines: [`${key.kid} signs from ${isoTime(from.value)}`, ...secretLines(key)],
    });
  },
});

const switchCommand = command({
  summary: "let a key sign alone from its first second on",
  positionals: KID,
  flags: { dir: DIR_FLAG },
  examples: ["rbsm keyset switch l-0123456789abcdef"],
  run: ({ flags, args: [kid = ""] }) => change(flags.dir, kid, (plan) => switchTo(plan, kid)),
});

const retire = command({
  summary: "let a key sign no more; what it signed stays good to the end of its time",
  positionals: KID,
  flags: { dir: DIR_FLAG },
  examples: ["rbsm keyset retire l-0123456789abcdef"],
  run: ({ flags, args: [kid = ""] }) => change(flags.dir, kid, (plan) => retireKey(plan, kid, nowSeconds())),
});

const revoke = command({
  summary: "a key was stolen: what it signed counts no more",
  details: ["With --mode after, what it signed before --from still counts."],
  positionals: KID,
  flags: {
    mode: { value: "MODE", summary: "all or after; all if left out" },
    from: { value: "DATE", summary: "since when it may be in other hands; now if left out" },
    dir: DIR_FLAG,
  },
  examples: ["rbsm keyset revoke l-0123456789abcdef --mode after --from 2027-03-01T00:00:00Z"],
  async run({ flags, args: [kid = ""] }) {
    const mode = REVOKE_MODES.find((known) => known === (flags.mode ?? "all"));
    if (mode === undefined) return { ok: false, problem: misuse("option_invalid", "--mode is all or after.") };
    const from = readTime(flags.from, nowSeconds());
    return from.ok ? change(flags.dir, kid, (plan) => revokeKey(plan, kid, mode, from.value)) : from;
  },
});

const sign = command({
  summary: "sign the key set as its next version; needs the root key, not a network",
  positionals: [],
  flags: {
    root: { value: "FILE", summary: "sign with this root alone; with all of the folder if left out" },
    dir: DIR_FLAG,
  },
  examples: ["rbsm keyset sign", "rbsm keyset sign --root /media/safe/r-0123456789abcdef.pem"],
  async run({ flags }) {
    const folder = keysetFolder(process.env, flags.dir);
    const signed = await signKeyset(folder, flags.root === undefined ? [] : [flags.root], nowSeconds());
    if (!signed.ok) return signed;
    const { version, documents } = signed.value;
    const files = documents.map(({ rootKid, file }) => ({ rootKid, file }));
    return ok({
      data: { version, documents: files },
      lines: [`version ${version}`, ...files.map(({ rootKid, file }) => `${rootKid}  ${file}`)],
    });
  },
});

const publish = command({
  summary: "publish the newest signed documents; needs a token of the desk",
  positionals: [],
  flags: { marketplace: MARKETPLACE_FLAG, dir: DIR_FLAG },
  examples: ["rbsm keyset publish"],
  async run({ flags }) {
    const documents = await newestDocuments(keysetFolder(process.env, flags.dir));
    if (!documents.ok) return documents;
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const token = requireToken(marketplace.value);
    if (!token.ok) return token;
    const published: { rootKid: string; version: number }[] = [];
    for (const { document } of documents.value) {
      const reply = await ask(marketplace.value, KEYSET_OPERATIONS.publishKeyset, { json: { document } });
      if (!reply.ok) return reply;
      published.push(reply.value.body);
    }
    return ok({
      data: { published },
      lines: published.map(({ rootKid, version }) => `${rootKid} version ${version} is published`),
    });
  },
});

const status = command({
  summary: "what is planned here, what is published, and what is due",
  positionals: [],
  flags: { marketplace: MARKETPLACE_FLAG, dir: DIR_FLAG, offline: { summary: "do not ask the marketplace" } },
  examples: ["rbsm keyset status", "rbsm keyset status --offline --json"],
  async run({ flags }) {
    const plan = await readPlan(keysetFolder(process.env, flags.dir));
    if (!plan.ok && flags.offline) return plan;
    const planned = plan.ok ? plan.value : null;
    const lines =
      planned?.keys.map((key) => `${key.kid}  ${key.purpose}  ${isoTime(key.signFrom)} to ${isoTime(key.signUntil)}`) ??
      [];
    if (flags.offline) return ok({ data: { plan: planned }, lines });
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, KEYSET_OPERATIONS.keysetStatus);
    if (!reply.ok) return reply;
    const { documents, keys, unpublished, warnings } = reply.value.body;
    return ok({
      data: { plan: planned, documents, keys, unpublished, warnings },
      lines: [
        ...documents.map(
          ({ rootKid, version, expiresAt }) => `${rootKid}  version ${version}  until ${isoTime(expiresAt)}`,
        ),
        ...keys.map(
          ({ kid, purpose, phase, isHeld }) =>
            `${kid}  ${purpose}  ${phase}${isHeld ? "" : "  private half not there"}`,
        ),
        ...unpublished.map(({ kid, purpose }) => `${kid}  ${purpose}  unpublished`),
        ...warnings,
      ],
    });
  },
});

export const keysetGroup: Group = {
  summary: "rotate the keys of licenses; for operators",
  commands: { init, status, add, switch: switchCommand, retire, revoke, sign, publish, "add-root": addRoot },
};

async function change(
  dir: string | undefined,
  kid: string,
  alter: (plan: KeysetPlan) => KeysetPlan | null,
): Promise<Outcome<Answer>> {
  const folder = keysetFolder(process.env, dir);
  const plan = await readPlan(folder);
  if (!plan.ok) return plan;
  const altered = alter(plan.value);
  if (altered === null) return { ok: false, problem: misuse("key_unknown", `There is no usable key ${kid} here.`) };
  await writePlan(folder, altered);
  const key = altered.keys.find((one) => one.kid === kid);
  return ok({ data: { key }, lines: [`${kid} is changed; rbsm keyset sign, then publish`] });
}

function readTime(text: string | undefined, fallback: number): Outcome<number> {
  if (text === undefined) return ok(fallback);
  const time = Date.parse(text);
  if (Number.isFinite(time)) return ok(Math.floor(time / 1000));
  return { ok: false, problem: misuse("option_invalid", "A date is written as 2027-03-01T00:00:00Z.") };
}

async function readText(file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  return (await readFile(file, "utf8")).trim();
}

function shown({ kid, purpose, x, secret, file }: MadeKey) {
  return { kid, purpose, x, secret, file };
}

function secretLines({ secret, file }: MadeKey): string[] {
  return [`wrangler secret put ${secret} < ${file}`];
}
