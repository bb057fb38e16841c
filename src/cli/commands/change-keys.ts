import { encodeHex } from "../../domain/bytes.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { addKey, endKey } from "../work/change-keys.ts";
import { createKey, DEFAULT_KEY, readKey } from "../work/key-store.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

const HANDLE = { name: "HANDLE", summary: "handle of the publisher" } as const;
const SIGNER_FLAGS = {
  key: { value: "FILE", summary: "a key in use, as a file" },
  "key-name": { value: "NAME", summary: `a key in use; ${DEFAULT_KEY} if left out` },
} as const;

export const rotateCommand = command({
  summary: "add a new key to your publisher, signed by the one in use, and retire that",
  details: [
    "The new key is made if it is not there. What the old key signed stays valid; it signs nothing more. For a day, releases signed by the new key wait.",
  ],
  positionals: [HANDLE, { name: "NEW", summary: "name of the new key", optional: true }],
  flags: {
    ...SIGNER_FLAGS,
    "new-key": { value: "FILE", summary: "the new key as a file, instead of NEW" },
    "keep-old": { summary: "add the new key and keep the old one in use" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm keys rotate acme acme-2027", "rbsm keys rotate acme laptop --keep-old"],
  async run({ flags, args: [publisher = "", name], voice }) {
    const file = flags["new-key"];
    if ((name === undefined) === (file === undefined))
      return { ok: false, problem: misuse("option_missing", "Name the new key: NEW, or --new-key FILE.") };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const old = await readKey({ env: process.env, name: flags["key-name"], file: flags.key });
    if (!old.ok) return old;
    const choice = { env: process.env, name, file };
    const made = await createKey(choice);
    if (!made.ok && made.problem.code !== "key_exists") return made;
    const key = made.ok ? made : await readKey(choice);
    if (!key.ok) return key;
    if (made.ok) voice.say(`Made ${key.value.file}`);
    const work = { marketplace: marketplace.value, publisher };
    const added = await addKey({ ...work, signer: old.value }, key.value, Date.now());
    if (!added.ok) return added;
    const data = { publisher, added: key.value.keyId, publicKey: encodeHex(key.value.publicKey), file: key.value.file };
    const lines = [`Added ${key.value.keyId} to ${publisher}`];
    if (flags["keep-old"]) return ok({ data: { ...data, retired: null }, lines });
    const retired = await endKey({ ...work, signer: key.value }, { action: "retire", keyId: old.value.keyId });
    if (!retired.ok) return retired;
    return ok({ data: { ...data, retired: old.value.keyId }, lines: [...lines, `Retired ${old.value.keyId}`] });
  },
});

export const revokeCommand = command({
  summary: "end a key of your publisher, signed by another one in use",
  details: [
    "A retired key signs nothing more; what it signed stays valid. With --compromised the releases it signed are void, too: all of them, or with --from those of a plugin from a statement number on.",
  ],
  positionals: [HANDLE, { name: "KEYID", summary: "id of the key to end, 64 hex digits" }],
  flags: {
    ...SIGNER_FLAGS,
    compromised: { summary: "somebody else may have it: what it signed is void" },
    from: { value: "LIST", summary: "PLUGIN=SEQUENCE, comma-separated: void only from there on (with --compromised)" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm keys revoke acme KEYID", "rbsm keys revoke acme KEYID --compromised --from visit-notes=6"],
  async run({ flags, args: [publisher = "", keyId = ""] }) {
    if (!/^[0-9a-f]{64}$/.test(keyId))
      return { ok: false, problem: misuse("key_id_malformed", `“${keyId}” is not a key id; see rbsm keys list.`) };
    const fromSequence = readCuts(flags.from ?? "");
    if (fromSequence === null || (flags.from !== undefined && !flags.compromised))
      return { ok: false, problem: misuse("option_invalid", "--from is PLUGIN=SEQUENCE,… and needs --compromised.") };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const signer = await readKey({ env: process.env, name: flags["key-name"], file: flags.key });
    if (!signer.ok) return signer;
    const work = { marketplace: marketplace.value, publisher, signer: signer.value };
    const ended = await endKey(
      work,
      flags.compromised ? { action: "compromise", keyId, fromSequence } : { action: "retire", keyId },
    );
    if (!ended.ok) return ended;
    const said = flags.compromised ? "Compromised" : "Retired";
    return ok({ data: { publisher, ...ended.value }, lines: [`${said}: ${keyId}`] });
  },
});

function readCuts(text: string): Record<string, number> | null {
  const cuts = text
    .split(",")
    .filter((part) => part !== "")
    .map((part) => /^([a-z][a-z0-9-]{1,49})=([1-9][0-9]{0,8})$/.exec(part.trim()));
  if (cuts.includes(null)) return null;
  return Object.fromEntries(cuts.map((cut) => [cut?.[1] ?? "", Number(cut?.[2])]));
}
