import type { Hono } from "hono";
import { ACCOUNT_OPERATIONS } from "../../contract/account/operations.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { ok } from "../../domain/result.ts";
import { createToken, listTokens, revokeToken } from "../../market/account/manage-tokens.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { showToken } from "./present.ts";

/** A person's own tokens. */
export function registerTokenRoutes(app: Hono<ApiEnv>): void {
  route(app, ACCOUNT_OPERATIONS.listTokens, async ({ world, principal }) => {
    const { accountId, token } = callerOf(principal);
    const tokens = await listTokens(world, accountId);
    return ok({ body: { tokens: tokens.map((one) => ({ ...showToken(one), isCurrent: one.id === token.id })) } });
  });

  route(app, ACCOUNT_OPERATIONS.createToken, async ({ world, principal, body }) => {
    const made = await createToken(world, callerOf(principal), body);
    return made.ok ? ok({ status: 201, body: { ...showToken(made.value.token), token: made.value.text } }) : made;
  });

  route(app, ACCOUNT_OPERATIONS.revokeToken, async ({ world, principal, params }) => {
    const tokenId = params.id as string;
    const revoked = await revokeToken(world, callerOf(principal), tokenId);
    return revoked.ok ? ok({ body: { tokenId, revoked: true } }) : revoked;
  });
}

/** Operations of `caller.kind: "account"` are only reached with a token. */
function callerOf(principal: Principal): Extract<Principal, { kind: "account" }> {
  if (principal.kind !== "account") throw new Error("an account operation was called without an account");
  return principal;
}
