import { encodeHex } from "../../domain/bytes.ts";
import { ok } from "../../domain/result.ts";
import { command, type Group } from "../command.ts";
import { misuse } from "../problem.ts";
import { enrollKey } from "../work/enroll-key.ts";
import { createKey, DEFAULT_KEY, exportPublicPem, listKeys, readKey, type SigningKey } from "../work/key-store.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { revokeCommand, rotateCommand } from "./change-keys.ts";
import { recoverCommand } from "./recover-keys.ts";

const KEY_FLAG = { value: "FILE", summary: "a key file instead of a name" } as const;
const NAME = { name: "NAME", summary: `name of the key; ${DEFAULT_KEY} if left out`, optional: true } as const;

const create = command({
  summary: "make a new Ed25519 key that only you can read",
  details: ["The key is written as PKCS#8 PEM with mode 0600. It is never overwritten and never leaves this machine."],
  positionals: [NAME],
  flags: { key: KEY_FLAG },
  examples: ["rbsm keys create", "rbsm keys create work", "rbsm keys create --key /media/stick/acme.pem"],
  async run({ flags, args }) {
    const key = await createKey({ env: process.env, name: args[0], file: flags.key });
    if (!key.ok) return key;
    return ok({
      data: show(key.value),
      lines: [
        `Made ${key.value.file}`,
        `  key id     ${key.value.keyId}`,
        `  public key ${encodeHex(key.value.publicKey)}`,
      ],
    });
  },
});

const list = command({
  summary: "list your keys",
  positionals: [],
  flags: {},
  examples: ["rbsm keys list --json"],
  async run() {
    const entries = await listKeys(process.env);
    return ok({
      data: {
        keys: entries.map(({ name, key }) =>
          key.ok
            ? { name, ...show(key.value) }
            : { name, problem: { code: key.problem.code, message: key.problem.message } },
        ),
      },
      lines: entries.map(({ name, key }) => `${name}  ${key.ok ? key.value.keyId : key.problem.message}`),
    });
  },
});

const exportKey = command({
  summary: "print the public part of a key",
  positionals: [NAME],
  flags: { key: KEY_FLAG, pem: { summary: "as SPKI PEM instead of hex" } },
  examples: ["rbsm keys export", "rbsm keys export work --pem"],
  async run({ flags, args }) {
    const key = await readKey({ env: process.env, name: args[0], file: flags.key });
    if (!key.ok) return key;
    const pem = exportPublicPem(key.value);
    return ok({
      data: { ...show(key.value), pem },
      lines: [flags.pem ? pem.trimEnd() : encodeHex(key.value.publicKey)],
    });
  },
});

const enroll = command({
  summary: "tell the marketplace that a key is your publisher's",
  details: ["Signs the nonce the marketplace gave you, so that nobody can enroll a key they do not hold."],
  positionals: [
    { name: "HANDLE", summary: "handle of the publisher" },
    { ...NAME, summary: `name of the key; ${DEFAULT_KEY} if left out` },
  ],
  flags: {
    nonce: { value: "NONCE", summary: "what the marketplace gave you; good for ten minutes, once" },
    key: KEY_FLAG,
    marketplace: { value: "URL", summary: "another marketplace than the one of the last login" },
  },
  examples: ["rbsm keys enroll acme --nonce NONCE"],
  async run({ flags, args }) {
    const [publisher = "", name] = args;
    if (flags.nonce === undefined)
      return { ok: false, problem: misuse("option_missing", "rbsm keys enroll needs --nonce.") };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const key = await readKey({ env: process.env, name, file: flags.key });
    if (!key.ok) return key;
    const enrolled = await enrollKey({
      marketplace: marketplace.value,
      publisher,
      nonce: flags.nonce,
      key: key.value,
      now: Date.now(),
    });
    if (!enrolled.ok) return enrolled;
    const { keyId, state } = enrolled.value;
    return ok({
      data: { keyId, state, publisher, marketplace: marketplace.value.origin },
      lines: [`Enrolled ${keyId} for ${publisher}: ${state}`],
    });
  },
});

export const keysGroup: Group = {
  summary: "make, list, enroll and change the keys you sign with",
  commands: {
    create,
    list,
    export: exportKey,
    enroll,
    rotate: rotateCommand,
    revoke: revokeCommand,
    recover: recoverCommand,
  },
};

function show(key: SigningKey) {
  return { keyId: key.keyId, publicKey: encodeHex(key.publicKey), file: key.file };
}
