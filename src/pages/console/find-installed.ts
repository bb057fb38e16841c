import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import type { InstalledRow } from "../../market/console/ports.ts";
import { type ConsoleContext, nowOf, partOf } from "./on-console.ts";

/** The installation of the address, if it is one of this person's instances; another's is absent. */
export async function findInstalled(
  context: ConsoleContext,
  { accountId }: SessionPrincipal,
): Promise<InstalledRow | null> {
  const activationId = partOf(context, "act");
  const [row] = await context.get("world").console.installations(accountId, { activationId }, nowOf(context));
  return row ?? null;
}
