import type * as z from "zod";
import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import { canonicalize } from "../../domain/json/canonical.ts";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { ask } from "./ask.ts";
import { type Config, type Env, readConfig, TRUST_LIST, type TrustList, writeConfig } from "./config.ts";
import { LOOPBACK, lookUp, type Marketplace, parseOrigin, requireToken } from "./marketplace.ts";

/** Whose credential it is: an account with its publishers, or an instance. */
export type Identity = z.output<(typeof ACCOUNT_OPERATIONS.whoami.answers)[200]>;

export interface Login {
  readonly env: Env;
  readonly origin: string;
  readonly token: string;
  /** The person has compared the new key ids with what the marketplace announced. */
  readonly acceptsNewKeys: boolean;
}
export interface Session {
  readonly origin: string;
  readonly identity: Identity;
  readonly trust: TrustList;
  readonly isFirst: boolean;
}

/** Proves the token, reads the key list and pins it. A list that differs from the pinned one is refused: it may be forged. */
export async function login({ env, origin, token, acceptsNewKeys }: Login): Promise<Outcome<Session>> {
  const parsed = parseOrigin(origin);
  if (!parsed.ok) return parsed;
  const config = await readConfig(env);
  if (!config.ok) return config;
  const pinned = lookUp(config.value, parsed.value)?.trust ?? null;
  const marketplace: Marketplace = { origin: parsed.value, token, trust: pinned };
  const trust = await fetchTrust(marketplace);
  if (!trust.ok) return trust;
  if (pinned && !acceptsNewKeys && !isSameTrust(pinned, trust.value))
    return { ok: false, problem: tellChangedKeys(marketplace, pinned, trust.value) };
  const identity = await fetchIdentity(marketplace);
  if (!identity.ok) return identity;
  await writeConfig(env, {
    current: parsed.value,
    marketplaces: { ...config.value.marketplaces, [parsed.value]: { token, trust: trust.value } },
  });
  return ok({ origin: parsed.value, identity: identity.value, trust: trust.value, isFirst: pinned === null });
}

/** Forgets the token; the pinned keys stay, so that a later login still notices a change. Answers the origins it left. */
export async function logout(
  env: Env,
  origin: string | undefined,
  isAll: boolean,
): Promise<Outcome<readonly string[]>> {
  const config = await readConfig(env);
  if (!config.ok) return config;
  const parsed = origin === undefined ? null : parseOrigin(origin);
  if (parsed && !parsed.ok) return parsed;
  const chosen = parsed?.value ?? config.value.current;
  const left = Object.entries(config.value.marketplaces)
    .filter(([name, { token }]) => token !== undefined && (isAll || name === chosen))
    .map(([name]) => name);
  const marketplaces = Object.fromEntries(
    Object.entries(config.value.marketplaces).map(([name, { token, trust }]) => [
      name,
      left.includes(name) || token === undefined ? { trust } : { token, trust },
    ]),
  );
  const { current } = config.value;
  const next: Config = current === undefined || left.includes(current) ? { marketplaces } : { current, marketplaces };
  if (left.length > 0) await writeConfig(env, next);
  return ok(left);
}

/** Who the token belongs to, as the marketplace says. */
export async function fetchIdentity(marketplace: Marketplace): Promise<Outcome<Identity>> {
  const token = requireToken(marketplace);
  if (!token.ok) return token;
  const reply = await ask(marketplace, ACCOUNT_OPERATIONS.whoami, { isIdentified: true });
  return reply.ok ? ok(reply.value.body) : reply;
}

/** The key list, for pinning only: a verifier never fetches it. It must be about the name it was asked under. */
async function fetchTrust(marketplace: Marketplace): Promise<Outcome<TrustList>> {
  const reply = await ask(marketplace, ACCOUNT_OPERATIONS.trustList);
  if (!reply.ok) return reply;
  const list = TRUST_LIST.safeParse(reply.value.body);
  const { hostname } = new URL(marketplace.origin);
  const isOwnName =
    list.data?.marketplace === hostname || (LOOPBACK.has(hostname) && list.data?.marketplace === "localhost");
  if (list.success && isOwnName) return ok(list.data);
  return {
    ok: false,
    problem: {
      code: list.success ? "trust_list_foreign" : "trust_list_malformed",
      kind: "trust",
      message: list.success
        ? `${marketplace.origin} publishes the keys of ${list.data.marketplace}.`
        : `${marketplace.origin} publishes no key list that rbsm understands.`,
      next: "Check the address of the marketplace.",
    },
  };
}

/** Keys of a list that was not signed yet at the first login may join; none that was pinned may change. */
export function isSameTrust(pinned: TrustList, offered: TrustList): boolean {
  const { marketplace, receiptKeys, revocationKeys } = pinned;
  const isSame = (a: readonly { keyId: string; publicKey: string }[], b: typeof a = []) =>
    canonicalize(a.map(({ keyId, publicKey }) => ({ keyId, publicKey }))) ===
    canonicalize(b.map(({ keyId, publicKey }) => ({ keyId, publicKey })));
  return (
    marketplace === offered.marketplace &&
    isSame(receiptKeys, offered.receiptKeys) &&
    (revocationKeys === undefined || isSame(revocationKeys, offered.revocationKeys))
  );
}

function tellChangedKeys(marketplace: Marketplace, pinned: TrustList, offered: TrustList) {
  return {
    code: "trust_list_changed",
    kind: "trust" as const,
    message: `The signing keys of ${marketplace.origin} are not the ones pinned at your first login.`,
    next: "Compare the key ids with what the marketplace announced; if they are right, add --accept-new-keys.",
    facts: { pinned: keyIds(pinned), offered: keyIds(offered) },
  };
}

export function keyIds(trust: TrustList): readonly string[] {
  return trust.receiptKeys.map((key) => key.keyId);
}
