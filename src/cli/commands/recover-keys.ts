import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse } from "../problem.ts";
import { createKey, readKey } from "../work/key-store.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { cancelRecovery, recoverKey } from "../work/recover-key.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";

export const recoverCommand = command({
  summary: "replace all keys of your publisher when none of them is left",
  details: [
    "The first call names the new key; all owners get a mail and everybody can see it. Seven days later the same call ends it: the marketplace signs the new key in and retires all others. Admins have to accept the change, for no old key vouches for the new one.",
    "Any owner stops it with --cancel. With a key still in use, take rbsm keys rotate instead.",
  ],
  positionals: [
    { name: "HANDLE", summary: "handle of the publisher" },
    { name: "NEW", summary: "name of the new key; it is made if it is not there", optional: true },
  ],
  flags: {
    "new-key": { value: "FILE", summary: "the new key as a file, instead of NEW" },
    cancel: { summary: "stop a recovery that is open" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm keys recover acme acme-2027", "rbsm keys recover acme --cancel"],
  async run({ flags, args: [publisher = "", name], voice }) {
    const file = flags["new-key"];
    const named = [name, file, flags.cancel].filter((one) => one !== undefined);
    if (named.length !== 1)
      return { ok: false, problem: misuse("option_missing", "Say one of NEW, --new-key FILE, --cancel.") };
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const work = { marketplace: marketplace.value, publisher };
    if (flags.cancel) {
      const canceled = await cancelRecovery(work);
      return canceled.ok ? ok({ data: { publisher, step: "canceled" }, lines: [`Stopped: ${publisher}`] }) : canceled;
    }
    const choice = { env: process.env, name, file };
    const made = await createKey(choice);
    if (!made.ok && made.problem.code !== "key_exists") return made;
    const key = made.ok ? made : await readKey(choice);
    if (!key.ok) return key;
    if (made.ok) voice.say(`Made ${key.value.file}`);
    const done = await recoverKey(work, key.value, Date.now());
    if (!done.ok) return done;
    const { step, keyId } = done.value;
    const line =
      step === "requested"
        ? `Asked for ${keyId}; run this again after ${done.value.readyAt}`
        : `${keyId} is signed in for ${publisher}; all other keys are retired`;
    return ok({ data: { publisher, ...done.value }, lines: [line] });
  },
});
