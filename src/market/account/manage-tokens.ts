import { isRange, isWithinRanges } from "../../domain/account/ip-ranges.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { effectiveScopes, isDangerous } from "../../domain/account/rights.ts";
import type { Scope, TokenKind } from "../../domain/account/scopes.ts";
import { DEFAULT_TOKEN_SECONDS } from "../../domain/account/token.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { issueToken } from "./issue-token.ts";
import type { ListedToken } from "./ports.ts";
import { refuseWithoutProof } from "./step-up.ts";

export interface TokenWish {
  readonly name: string;
  readonly kind?: TokenKind | undefined;
  readonly scopes: readonly Scope[];
  /** Names of plugins; left out, as many as the token it is made with. */
  readonly plugins?: readonly string[] | undefined;
  /** CIDR; left out, those of the token it is made with. */
  readonly ipRanges?: readonly string[] | undefined;
  readonly expiresInDays?: number | undefined;
}

type Caller = Extract<Principal, { kind: "account" }>;
type CreateRefusal = Problem<
  "AUTHENTICATION_REQUIRED" | "PERMISSION_DENIED" | "VALIDATION_ERROR" | "quota_tokens" | "proof_required"
>;

/** Living tokens of one account. */
export const MAX_TOKENS = 100;

/** What a token made in a session is a part of. */
const WHOLE_PERSON = { id: null, plugins: null, ipRanges: null, expiresAt: Number.POSITIVE_INFINITY } as const;

/** The caller's own tokens that still work, newest first. */
export async function listTokens(
  world: Pick<World, "tokens" | "clock">,
  accountId: string,
): Promise<readonly ListedToken[]> {
  const tokens = await world.tokens.list(accountId, unixSeconds(world.clock.now()));
  return tokens.map((token) => ({ ...token, scopes: effectiveScopes(token.kind, token.scopes) }));
}

/**
 * A token that has no more than the caller's: a part of its scopes, plugins and addresses, and its end at the latest. In a
 * session it may have all the person may; what is dangerous needs a fresh passkey proof.
 */
export async function createToken(
  world: Pick<World, "tokens" | "clock" | "chance" | "site">,
  caller: Caller,
  wish: TokenWish,
): Promise<Result<{ readonly token: ListedToken; readonly text: string }, CreateRefusal>> {
  const now = unixSeconds(world.clock.now());
  const living = await world.tokens.list(caller.accountId, now);
  const own = caller.session ? WHOLE_PERSON : living.find(({ id }) => id === caller.token.id);
  if (own === undefined) return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  if (living.length >= MAX_TOKENS) return refuse({ reason: "quota_tokens", facts: { max: MAX_TOKENS } });
  const kind = wish.kind ?? caller.token.kind;
  const scopes = [...new Set(wish.scopes)];
  const excess = findExcess(caller, own, wish, kind, scopes);
  if (excess !== null) return refuse(excess);
  // A token was proven when it was made; who stole a session must not turn it into one.
  const unproven = caller.session && scopes.some(isDangerous) ? refuseWithoutProof(world, caller) : null;
  if (unproven) return refuse(unproven);
  const issued = await issueToken(world.chance, kind, scopes, wish.name, now);
  const seconds = wish.expiresInDays === undefined ? DEFAULT_TOKEN_SECONDS : wish.expiresInDays * DAY;
  const row = {
    ...issued.row,
    accountId: caller.accountId,
    parentId: own.id,
    plugins: wish.plugins ?? own.plugins,
    ipRanges: wish.ipRanges ?? own.ipRanges,
    expiresAt: Math.min(now + seconds, own.expiresAt),
  };
  const id = await world.tokens.create(row, MAX_TOKENS, now);
  // Its parent was revoked, or the last place taken, since we looked.
  if (id === null) return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  const { name, hint, plugins, ipRanges, expiresAt } = row;
  const token = { id, kind, name, hint, scopes, plugins, ipRanges, createdAt: now, expiresAt };
  return ok({ token, text: issued.text });
}

/** Works at once: every request reads the row. What was made with the token ends with it. */
export async function revokeToken(
  world: Pick<World, "tokens" | "clock">,
  caller: Caller,
  tokenId: string,
): Promise<Result<null, Problem<"NOT_FOUND">>> {
  const now = unixSeconds(world.clock.now());
  const isRevoked = await world.tokens.revoke(caller.accountId, tokenId, caller.token.id, now);
  return isRevoked ? ok(null) : refuse({ reason: "NOT_FOUND", detail: "Token not found" });
}

/** What the wish asks for beyond the caller's own token; null when it stays inside. */
function findExcess(
  caller: Caller,
  own: Pick<ListedToken, "plugins" | "ipRanges">,
  wish: TokenWish,
  kind: TokenKind,
  scopes: readonly Scope[],
): CreateRefusal | null {
  if (kind === "adm" && caller.token.kind !== "adm") return tooMuch("kind", [kind]);
  const foreign = scopes.filter((scope) => !holds(caller, scope));
  if (foreign.length > 0) return tooMuch("scopes", foreign);
  // A right that the kind cannot carry would be shown and never work.
  const idle = scopes.filter((scope) => !effectiveScopes(kind, scopes).includes(scope));
  if (idle.length > 0) return invalid("/scopes", `A ${kind} token cannot have ${idle.join(", ")}.`);
  const { plugins, ipRanges } = own;
  const outside = (wish.plugins ?? []).filter((name) => plugins?.includes(name) === false);
  if (outside.length > 0) return tooMuch("plugins", outside);
  const malformed = (wish.ipRanges ?? []).filter((range) => !isRange(range));
  if (malformed.length > 0) return invalid("/ipRanges", "An address or a network such as 203.0.113.0/24.");
  const wider = (wish.ipRanges ?? []).filter((range) => ipRanges !== null && !isWithinRanges(range, ipRanges));
  return wider.length > 0 ? tooMuch("ipRanges", wider) : null;
}

/** Who may publish may stage. */
function holds({ token: { scopes } }: Caller, scope: Scope): boolean {
  return scopes.includes(scope) || (scope === "release:stage" && scopes.includes("release:publish"));
}

function tooMuch(field: string, values: readonly string[]): CreateRefusal {
  const detail = `The token this is made with does not have these ${field}: ${values.join(", ")}.`;
  return { reason: "PERMISSION_DENIED", detail, facts: { [field]: [...values] } };
}

function invalid(pointer: string, detail: string): CreateRefusal {
  return { reason: "VALIDATION_ERROR", facts: { errors: [{ pointer, detail }] } };
}
