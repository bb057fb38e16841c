import type { Context, Hono } from "hono";
import { unixSeconds } from "../../domain/time.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { type PersonalEnv, requireSession } from "../account/session.ts";

export type ConsoleContext = Context<PersonalEnv>;

/** A page of somebody signed in; the handler loads and draws. Null from it: there is no such thing for this person. */
export function onPage(
  app: Hono<PersonalEnv>,
  path: string,
  show: (context: ConsoleContext, person: SessionPrincipal) => Promise<Response | null>,
): void {
  app.get(path, async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    return (await show(context, person)) ?? context.notFound();
  });
}

export function nowOf(context: ConsoleContext): number {
  return unixSeconds(context.get("world").clock.now());
}

/** A parameter of the path; routes name only those that they declare. */
export function partOf(context: ConsoleContext, name: string): string {
  return context.req.param(name) ?? "";
}

/** A decimal id or nothing. */
export function idIn(text: string | null | undefined): string | null {
  return text !== null && text !== undefined && /^[1-9][0-9]{0,14}$/.test(text) ? text : null;
}

export const ID = ":id{[1-9][0-9]{0,14}}";
export const ACTIVATION = ":act{act_[0-9A-HJKMNP-TV-Z]{20}}";
