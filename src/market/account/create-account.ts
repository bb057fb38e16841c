import { MEMBER_SCOPES, PUBLISHER_SCOPES } from "../../domain/account/rights.ts";
import { encodeBase64url } from "../../domain/bytes.ts";
import { sha256Hex } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { KEY_NONCE_SECONDS } from "../../domain/trust/key-proof.ts";
import type { World } from "../ports.ts";
import { issueToken } from "./issue-token.ts";
import { makeLink } from "./one-time-link.ts";

export interface AccountRequest {
  readonly name: string;
  readonly email: string;
  readonly publisher?: { readonly handle: string; readonly displayName: string } | undefined;
}
export interface AccountCreated {
  readonly accountId: string;
  readonly token: string;
  readonly publisherId?: string;
  /** Good for one key, for ten minutes. */
  readonly keyNonce?: string;
}

/** An account made by the desk, invited by a one-time link in a mail, with its first token; for a publisher also the nonce its first key is proven over. */
export async function createAccount(
  world: Pick<World, "accounts" | "links" | "mail" | "chance" | "clock" | "site">,
  by: string,
  request: AccountRequest,
): Promise<Result<AccountCreated, Problem<"email_taken" | "handle_taken">>> {
  const now = unixSeconds(world.clock.now());
  const scopes = request.publisher ? PUBLISHER_SCOPES : MEMBER_SCOPES;
  const token = await issueToken(world.chance, "pat", scopes, "first", now);
  const keyNonce = request.publisher ? encodeBase64url(world.chance.bytes(32)) : undefined;
  const created = await world.accounts.createAccount(
    {
      name: request.name,
      email: request.email.toLowerCase(),
      token: token.row,
      by,
      ...(request.publisher && keyNonce
        ? {
            publisher: {
              ...request.publisher,
              nonceHash: await sha256Hex(keyNonce),
              nonceExpiresAt: now + KEY_NONCE_SECONDS,
            },
          }
        : {}),
    },
    now,
  );
  if (typeof created === "string") return refuse({ reason: created });
  const { accountId, publisherId } = created;
  const link = await makeLink(world, { purpose: "sign_in", accountId }, by);
  await world.mail.send({
    to: request.email.toLowerCase(),
    subject: "Your account",
    body: `There is an account for you on ${world.site.origin}. Within a day, open ${link.url} and make a passkey.`,
  });
  return ok({ accountId, token: token.text, ...(publisherId && keyNonce ? { publisherId, keyNonce } : {}) });
}
