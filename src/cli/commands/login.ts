import { text } from "node:stream/consumers";
import { PUBLISHER_SCOPES } from "../../domain/account/rights.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { deviceLogin } from "../work/device-login.ts";
import { keyIds, login } from "../work/session.ts";
import { describeIdentity } from "./whoami.ts";

export const loginCommand = command({
  summary: "keep a token and pin the marketplace's signing keys",
  details: [
    "Without a token you approve this machine in your browser, and it gets one with the scopes you saw there.",
    "The key list is pinned at the first login; compare the printed key ids with what the marketplace announces. A list that changed later is refused until you say --accept-new-keys.",
  ],
  positionals: [],
  flags: {
    marketplace: { value: "URL", summary: "the marketplace; RBSM_MARKETPLACE if left out" },
    "token-stdin": { summary: "read the token from standard input" },
    token: { value: "TOKEN", summary: "the token itself; it stays in your shell's history" },
    scopes: { value: "LIST", summary: "scopes to ask for in the browser, separated by blanks" },
    "accept-new-keys": { summary: "pin the key list anew, after you compared it" },
  },
  examples: [
    "rbsm login --marketplace https://plugins.example.com",
    "rbsm login --marketplace https://plugins.example.com --token-stdin < token.txt",
  ],
  async run({ flags, voice }) {
    const origin = flags.marketplace ?? process.env.RBSM_MARKETPLACE;
    if (!origin) return { ok: false, problem: misuse("option_missing", "rbsm login needs --marketplace URL.") };
    const isStdin = flags["token-stdin"] === true;
    const isGiven = isStdin || flags.token !== undefined;
    const scopes = flags.scopes?.split(" ").filter((scope) => scope !== "") ?? PUBLISHER_SCOPES;
    const token = isGiven
      ? await readToken(flags.token, isStdin)
      : await deviceLogin({
          origin,
          scopes,
          tell({ userCode, page, link }) {
            voice.say(`Open ${link}`);
            voice.say(`or go to ${page} and type ${voice.paint("bold", userCode)}. Waiting for you to approve …`);
          },
        });
    if (!token.ok) return token;
    const session = await login({
      env: process.env,
      origin,
      token: token.value,
      acceptsNewKeys: flags["accept-new-keys"] === true,
    });
    if (!session.ok) return session;
    const { identity, trust, isFirst } = session.value;
    if (isFirst) voice.say("Pinned these signing keys; compare them with what the marketplace announces:");
    for (const keyId of isFirst ? keyIds(trust) : []) voice.say(`  ${keyId}`);
    return ok({
      data: { origin: session.value.origin, identity, keyIds: keyIds(trust), pinned: isFirst },
      lines: [`Logged in to ${session.value.origin}`, ...describeIdentity(identity)],
    });
  },
});

async function readToken(given: string | undefined, isStdin: boolean): Promise<Outcome<string>> {
  if (given !== undefined && isStdin)
    return { ok: false, problem: misuse("option_missing", "rbsm login takes either --token-stdin or --token.") };
  const token = (given ?? (await text(process.stdin))).trim();
  if (/^rbsm_[a-z]+_[0-9A-Za-z]+$/.test(token)) return ok(token);
  return { ok: false, problem: misuse("token_malformed", "That is not a token of a marketplace (rbsm_…).") };
}
