import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { fetchIdentity, type Identity } from "../work/session.ts";

export const whoamiCommand = command({
  summary: "show whose token is used, and what it may do",
  positionals: [],
  flags: { marketplace: { value: "URL", summary: "another marketplace than the one of the last login" } },
  examples: ["rbsm whoami --json"],
  async run({ flags }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const identity = await fetchIdentity(marketplace.value);
    if (!identity.ok) return identity;
    return ok({
      data: { origin: marketplace.value.origin, identity: identity.value },
      lines: [`at       ${marketplace.value.origin}`, ...describeIdentity(identity.value)],
    });
  },
});

/** Who, with which token, for which publishers. */
export function describeIdentity(identity: Identity): readonly string[] {
  if (identity.kind === "instance") {
    const { instance } = identity;
    return [`instance ${instance.name} (${instance.instanceId})`, `url      ${instance.url}`];
  }
  const { account, token, publishers } = identity;
  return [
    `account  ${account.name}${account.email === undefined ? "" : ` <${account.email}>`}`,
    `token    ${token.kind} …${token.hint}, until ${token.expiresAt}`,
    `may      ${token.scopes.join(" ")}`,
    ...publishers.map(
      ({ handle, role, keys }) => `acts for ${handle} as ${role}, ${keys.length} ${keys.length === 1 ? "key" : "keys"}`,
    ),
  ];
}
