import { readFile } from "node:fs/promises";
import * as z from "zod";
import { TUF_OPERATIONS } from "../../contract/tuf/operations.ts";
import { decodeBase64url, encodeHex } from "../../domain/bytes.ts";
import { ok } from "../../domain/result.ts";
import type { Root } from "../../domain/tuf/metadata.ts";
import { type Answer, command, type Group } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { addressOf, ask } from "../work/ask.ts";
import { chooseMarketplace, requireToken } from "../work/marketplace.ts";
import { readJsonFile } from "../work/project-files.ts";
import {
  type Drafted,
  documentsIn,
  initRoot,
  readCeremony,
  rootFolder,
  rotateRoot,
  signFile,
} from "../work/root-folder.ts";
import { pinRoot } from "../work/updates.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const DIR_FLAG = { value: "FOLDER", summary: "where the root is kept; rbsm/root in your configuration if left out" };
const TRUST = z.object({ receiptKeys: z.array(z.object({ keyId: z.string(), publicKey: z.string() })) });
const JWKS = z.object({ keys: z.array(z.object({ kid: z.string(), x: z.string(), use: z.string().optional() })) });
/** Keys that are no roles of the repository, and stand in its root all the same. */
const OTHERS_FLAGS = {
  trust: { value: "FILE", summary: "the marketplace's rbsm-trust.json, whose receipt keys the root names" },
  jwks: { value: "FILE", summary: "the marketplace's jwks.json, whose lease keys the root names" },
};
const nowSeconds = () => Math.floor(Date.now() / 1000);

const init = command({
  summary: "make the keys of an update repository and its first documents",
  details: [
    "Three people keep a root and a targets key each, on machines without a network; two of them sign every document. The four online keys become secrets of the marketplace.",
  ],
  positionals: [],
  flags: {
    ...OTHERS_FLAGS,
    dir: DIR_FLAG,
  },
  examples: ["rbsm root init --dir /media/safe/root --trust rbsm-trust.json --jwks jwks.json"],
  async run({ flags }) {
    const others = await readOthers(flags.trust, flags.jwks);
    if (!others.ok) return others;
    const drafted = await initRoot(rootFolder(process.env, flags.dir), nowSeconds(), others.value);
    return drafted.ok ? showDraft(drafted.value) : drafted;
  },
});

const rotate = command({
  summary: "draft the next root and delegations, with one key replaced if you name it",
  details: [
    "People of the root before and of the new one sign it: two of each. A new online key's secret is set before publishing.",
  ],
  positionals: [],
  flags: {
    replace: { value: "KEY", summary: "the key to replace, by the beginning of its id" },
    ...OTHERS_FLAGS,
    dir: DIR_FLAG,
  },
  examples: ["rbsm root rotate", "rbsm root rotate --replace 0123456789abcdef"],
  async run({ flags }) {
    const isSame = flags.trust === undefined && flags.jwks === undefined;
    const others = isSame ? ok(null) : await readOthers(flags.trust, flags.jwks);
    if (!others.ok) return others;
    const folder = rootFolder(process.env, flags.dir);
    const drafted = await rotateRoot(folder, nowSeconds(), flags.replace ?? null, others.value);
    return drafted.ok ? showDraft(drafted.value) : drafted;
  },
});

const sign = command({
  summary: "add one person's signature to a document; needs no network",
  positionals: [{ name: "DOCUMENT", summary: "1.root.json or 1.targets.json" }],
  flags: { key: { value: "FILE", summary: "the person's private key" } },
  examples: ["rbsm root sign 2.root.json --key /media/anna/root-0123456789abcdef.pem"],
  async run({ flags, args: [file = ""] }) {
    if (flags.key === undefined) return { ok: false, problem: misuse("option_missing", "rbsm root sign needs --key.") };
    const signed = await signFile(file, flags.key);
    if (!signed.ok) return signed;
    const { keyId, signatures } = signed.value;
    return ok({
      data: { file, keyId, signatures },
      lines: [`${keyId} signed ${file}; ${signatures} signatures are on it`],
    });
  },
});

const publish = command({
  summary: "publish the signed documents; needs a token of the desk",
  positionals: [],
  flags: { marketplace: MARKETPLACE_FLAG, dir: DIR_FLAG },
  examples: ["rbsm root publish"],
  async run({ flags }) {
    const folder = rootFolder(process.env, flags.dir);
    const ceremony = await readCeremony(folder);
    if (!ceremony.ok) return ceremony;
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const token = requireToken(marketplace.value);
    if (!token.ok) return token;
    const published: { kind: string; version: number }[] = [];
    for (const kind of ["root", "targets"] as const) {
      const operation = kind === "root" ? TUF_OPERATIONS.acceptTufRoot : TUF_OPERATIONS.acceptTufTargets;
      for (const { version, file } of await documentsIn(folder, kind)) {
        if (await isThere(marketplace.value.origin, `${version}.${kind}.json`)) continue;
        const reply = await ask(marketplace.value, operation, { json: { document: await readFile(file, "utf8") } });
        if (!reply.ok) return reply;
        published.push({ kind, version });
      }
    }
    const lines = published.map(({ kind, version }) => `${kind} version ${version} is published`);
    return ok({ data: { published }, lines: lines.length > 0 ? lines : ["everything here was published before"] });
  },
});

const pin = command({
  summary: "trust the updates of a marketplace by their root; rbsm install then asks them",
  details: [
    "From then on a release is installed only if the update repository lists it, shows no older state than was seen, and has not ended.",
    "With FILE the root comes from you; without, the marketplace's first root is trusted: compare its key ids with what its operator announced.",
  ],
  positionals: [{ name: "FILE", summary: "1.root.json, or a later one", optional: true }],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm root pin 1.root.json", "rbsm root pin"],
  async run({ flags, args: [file] }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const bytes = file === undefined ? null : await readFile(file).catch(() => undefined);
    if (bytes === undefined) return { ok: false, problem: misuse("file_missing", `${file} cannot be read.`) };
    const { origin } = marketplace.value;
    const pinned = await pinRoot(process.env, origin, bytes === null ? null : new Uint8Array(bytes));
    if (!pinned.ok) return pinned;
    const { version, keyIds } = pinned.value;
    return ok({
      data: { origin, version, keyIds },
      lines: [`root ${version} of ${origin} is pinned; its people:`, ...keyIds.map((id) => `  ${id}`)],
    });
  },
});

export const rootGroup: Group = {
  summary: "the offline root of updates; for operators",
  commands: { init, sign, rotate, publish, pin },
};

async function isThere(origin: string, file: string): Promise<boolean> {
  const response = await fetch(addressOf(origin, TUF_OPERATIONS.showTufFile, { params: { file } }), {
    redirect: "error",
  }).catch(() => null);
  await response?.body?.cancel();
  return response?.status === 200;
}

async function readOthers(trust: string | undefined, jwks: string | undefined): Promise<Outcome<Root["x-rbsm-keys"]>> {
  const receipt = trust === undefined ? null : TRUST.safeParse(await readJsonFile(trust));
  if (receipt?.success === false)
    return { ok: false, problem: misuse("trust_invalid", `${trust} is no list of receipt keys.`) };
  const leases = jwks === undefined ? null : JWKS.safeParse(await readJsonFile(jwks));
  if (leases?.success === false)
    return { ok: false, problem: misuse("jwks_invalid", `${jwks} is no JSON Web Key Set.`) };
  const lease = (leases?.data.keys ?? []).map(({ kid, x }) => ({
    keyId: kid,
    publicKey: encodeHex(decodeBase64url(x) ?? new Uint8Array()),
  }));
  return ok({ receipt: receipt?.data.receiptKeys ?? [], lease, log: [] });
}

function showDraft({ root, targets, made }: Drafted): Outcome<Answer> {
  return ok({
    data: { root, targets, keys: made.map(({ role, keyId, file, secret }) => ({ role, keyId, file, secret })) },
    lines: [
      ...made.map(({ role, keyId, file }) => `${role}  ${keyId.slice(0, 16)}  ${file}`),
      ...made.flatMap(({ secret, file }) => (secret === null ? [] : [`wrangler secret put ${secret} < ${file}`])),
      `then two people each: rbsm root sign ${root.file} --key FILE, and ${targets.file}`,
      "then: rbsm root publish",
    ],
  });
}
