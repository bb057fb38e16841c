import type { Json, JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import { command } from "../command.ts";
import { chooseMarketplace } from "../work/marketplace.ts";
import { fetchAccount } from "../work/session.ts";

export const whoamiCommand = command({
  summary: "show whose token is used, and what it may do",
  positionals: [],
  flags: { marketplace: { value: "URL", summary: "another marketplace than the one of the last login" } },
  examples: ["rbsm whoami --json"],
  async run({ flags }) {
    const marketplace = await chooseMarketplace({ env: process.env, origin: flags.marketplace });
    if (!marketplace.ok) return marketplace;
    const identity = await fetchAccount(marketplace.value);
    if (!identity.ok) return identity;
    return ok({
      data: { origin: marketplace.value.origin, identity: identity.value },
      lines: [`at       ${marketplace.value.origin}`, ...describeIdentity(identity.value)],
    });
  },
});

/** Who, with which token, for which publishers. Anything the marketplace leaves out is left out here. */
export function describeIdentity(identity: JsonObject): readonly string[] {
  const account = objectOf(identity.account ?? identity.instance);
  const token = objectOf(identity.token);
  const publishers = Array.isArray(identity.publishers) ? identity.publishers.map(objectOf) : [];
  return [
    `${String(identity.kind ?? "account").padEnd(8)} ${account.name ?? account.id ?? "?"}${account.email ? ` <${account.email}>` : ""}`,
    ...(token.hint ? [`token    …${token.hint}, until ${token.expiresAt}`] : []),
    ...(Array.isArray(token.scopes) ? [`may      ${token.scopes.join(" ")}`] : []),
    ...publishers.map(
      ({ handle, role, keys }) => `acts for ${handle} as ${role}, ${Array.isArray(keys) ? keys.length : 0} keys`,
    ),
  ];
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
