import { OPERATOR_SCOPES } from "../../domain/account/rights.ts";
import { equalBytes } from "../../domain/bytes.ts";
import { sha256 } from "../../domain/digest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { issueToken } from "./issue-token.ts";
import { makeLink } from "./one-time-link.ts";

/** The first operator, made by whoever holds the setup secret, exactly once: a token, and a link to make a passkey. */
export async function setUp(
  world: Pick<World, "accounts" | "links" | "chance" | "clock" | "site" | "setupSecret">,
  authorization: string | null,
  name: string,
): Promise<
  Result<
    { accountId: string; token: string; link: string },
    Problem<"NOT_FOUND" | "AUTHENTICATION_REQUIRED" | "setup_done">
  >
> {
  if (world.setupSecret === null) return refuse({ reason: "NOT_FOUND" });
  if (!(await isBearer(authorization, world.setupSecret))) return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  const now = unixSeconds(world.clock.now());
  const token = await issueToken(world.chance, "adm", OPERATOR_SCOPES, "setup", now);
  const accountId = await world.accounts.createFirstOperator({ name }, token.row, now);
  if (accountId === null) return refuse({ reason: "setup_done" });
  const link = await makeLink(world, { purpose: "sign_in", accountId }, null);
  return ok({ accountId, token: token.text, link: link.url });
}

/** Digests are compared, so that neither length nor content shows in the time it takes. */
async function isBearer(authorization: string | null, secret: string): Promise<boolean> {
  const sent = /^Bearer +(.+)$/i.exec(authorization ?? "")?.[1];
  return sent !== undefined && equalBytes(await sha256(sent), await sha256(secret));
}
