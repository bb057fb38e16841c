import type { Scope, TokenKind } from "../../domain/account/scopes.ts";
import { DEFAULT_TOKEN_SECONDS, hashToken, makeToken } from "../../domain/account/token.ts";
import type { Chance } from "../ports.ts";
import type { NewToken } from "./ports.ts";

/** A new token: its text for the one answer that shows it, and the row that remembers only its hash. */
export async function issueToken(
  chance: Chance,
  kind: TokenKind,
  scopes: readonly Scope[],
  name: string,
  now: number,
): Promise<{ readonly text: string; readonly row: NewToken }> {
  const token = makeToken(kind, (length) => chance.bytes(length));
  const row = {
    kind,
    hash: await hashToken(token),
    hint: token.hint,
    name,
    scopes,
    expiresAt: now + DEFAULT_TOKEN_SECONDS,
  };
  return { text: token.text, row };
}
