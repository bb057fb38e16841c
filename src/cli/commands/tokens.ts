import * as z from "zod";
import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import { SCOPES, TOKEN_KINDS } from "../../domain/account/scopes.ts";
import { ok } from "../../domain/result.ts";
import { command, type Group } from "../command.ts";
import { misuse, type Outcome } from "../problem.ts";
import { ask } from "../work/ask.ts";
import { chooseMarketplace, type Marketplace, requireToken } from "../work/marketplace.ts";
import { MARKETPLACE_FLAG } from "./marketplace-flag.ts";
import { oneLine } from "./one-line.ts";

const list = command({
  summary: "list the living tokens of your account",
  positionals: [],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm tokens list"],
  async run({ flags }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, ACCOUNT_OPERATIONS.listTokens);
    if (!reply.ok) return reply;
    const { tokens } = reply.value.body;
    return ok({
      data: { tokens },
      lines: tokens.map(({ tokenId, kind, hint, name, scopes, plugins, ipRanges, isCurrent, expiresAt }) =>
        [
          `${tokenId}${isCurrent ? " (this one)" : ""}  ${kind} …${hint}  ${oneLine(name)}`,
          `until ${expiresAt.slice(0, 10)}`,
          scopes.join(" "),
          ...(plugins === undefined ? [] : [`for ${plugins.join(", ")}`]),
          ...(ipRanges === undefined ? [] : [`from ${ipRanges.join(", ")}`]),
        ].join("  "),
      ),
    });
  },
});

const create = command({
  summary: "make a token with a part of your own rights",
  details: [
    "It never has more than the token you use: scopes, plugins and addresses are a part of its own, it ends with it at the latest, and is revoked with it. The text is shown once.",
  ],
  positionals: [{ name: "NAME", summary: "what it is for; you will read it in the list" }],
  flags: {
    scopes: { value: "LIST", summary: `comma-separated, of ${SCOPES.join(", ")}` },
    kind: { value: "KIND", summary: "pat or ci, adm for operators; that of your token if left out" },
    plugins: { value: "LIST", summary: "only for these plugins, comma-separated" },
    "ip-ranges": { value: "LIST", summary: "only from these addresses or networks, comma-separated" },
    days: { value: "N", summary: "how long it lives, 1 to 365; 90 if left out" },
    marketplace: MARKETPLACE_FLAG,
  },
  examples: ["rbsm tokens create build-server --kind ci --scopes release:stage --plugins visit-notes --days 30"],
  async run({ flags, args: [name = ""], voice }) {
    if (flags.scopes === undefined)
      return { ok: false, problem: misuse("option_missing", "rbsm tokens create needs --scopes.") };
    const wish = readWish({ ...flags, scopes: flags.scopes });
    if (!wish.ok) return wish;
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const json = { name, ...wish.value };
    const reply = await ask(marketplace.value, ACCOUNT_OPERATIONS.createToken, { json });
    if (!reply.ok) return reply;
    const { token, tokenId, kind, expiresAt } = reply.value.body;
    voice.say(`Made ${kind} token ${tokenId}, until ${expiresAt}. It is shown this once:`);
    return ok({ data: { ...reply.value.body }, lines: [token] });
  },
});

const revoke = command({
  summary: "end a token and those made with it, at once",
  positionals: [{ name: "ID", summary: "number of the token; see rbsm tokens list" }],
  flags: { marketplace: MARKETPLACE_FLAG },
  examples: ["rbsm tokens revoke 12"],
  async run({ flags, args: [id = ""] }) {
    const marketplace = await identified(flags.marketplace);
    if (!marketplace.ok) return marketplace;
    const reply = await ask(marketplace.value, ACCOUNT_OPERATIONS.revokeToken, { params: { id } });
    return reply.ok ? ok({ data: { ...reply.value.body }, lines: [`Revoked token ${id}`] }) : reply;
  },
});

export const tokensGroup: Group = {
  summary: "list, make and revoke the tokens of your account",
  commands: { list, create, revoke },
};

const DAYS = z.coerce.number().int().min(1).max(365);

interface WishFlags {
  readonly scopes: string;
  readonly kind?: string;
  readonly plugins?: string;
  readonly "ip-ranges"?: string;
  readonly days?: string;
}

function readWish({ scopes, kind, plugins, "ip-ranges": ipRanges, days }: WishFlags) {
  const unknown = words(scopes).filter((word) => !(SCOPES as readonly string[]).includes(word));
  if (unknown.length > 0) return invalid(`There is no scope “${unknown[0]}”.`);
  if (kind !== undefined && !(TOKEN_KINDS as readonly string[]).includes(kind))
    return invalid(`There is no kind “${kind}”.`);
  const lifetime = days === undefined ? null : DAYS.safeParse(days);
  if (lifetime?.success === false) return invalid("--days is a number from 1 to 365.");
  return ok({
    scopes: words(scopes),
    ...(kind === undefined ? {} : { kind }),
    ...(plugins === undefined ? {} : { plugins: words(plugins) }),
    ...(ipRanges === undefined ? {} : { ipRanges: words(ipRanges) }),
    ...(lifetime === null ? {} : { expiresInDays: lifetime.data }),
  });
}

function words(list: string): string[] {
  return list.split(/[\s,]+/).filter((word) => word !== "");
}

function invalid(message: string): Outcome<never> {
  return { ok: false, problem: misuse("option_invalid", message) };
}

async function identified(origin: string | undefined): Promise<Outcome<Marketplace>> {
  const marketplace = await chooseMarketplace({ env: process.env, origin });
  if (!marketplace.ok) return marketplace;
  const token = requireToken(marketplace.value);
  return token.ok ? marketplace : token;
}
