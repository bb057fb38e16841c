import type { Context, Hono } from "hono";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { type PersonalEnv, readForm, requireOperator, requireProof } from "../account/session.ts";

import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { FRAME_WORDS } from "./words.ts";

export type DeskContext = Context<PersonalEnv>;

export const ID = ":id{[1-9][0-9]{0,14}}";
export const HANDLE = ":handle{[a-z0-9-]{2,39}}";

/** A page of the desk; for everybody but operators it does not exist. */
export function onDesk(
  app: Hono<PersonalEnv>,
  path: string,
  show: (context: DeskContext, person: SessionPrincipal) => Promise<Response | null>,
): void {
  app.get(path, async (context) => {
    const person = await requireOperator(context);
    if (person instanceof Response) return person;
    return (await show(context, person)) ?? context.notFound();
  });
}

/** A form of the desk: the operator stands behind every act with a fresh passkey. */
export function onDeskForm(
  app: Hono<PersonalEnv>,
  path: string,
  act: (context: DeskContext, person: SessionPrincipal, form: URLSearchParams) => Promise<Response>,
): void {
  app.post(path, async (context) => {
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const operator = await requireOperator(context);
    if (operator instanceof Response) return operator;
    const person = await requireProof(context);
    return person instanceof Response ? person : act(context, person, form);
  });
}

/** Why something is done, and what is wrong with how it was put; in the language of the page. */
export function reasonIn(
  context: DeskContext,
  form: URLSearchParams,
): { readonly reason: string; readonly fault: string | null } {
  const reason = (form.get("reason") ?? "").trim().replaceAll("\r\n", "\n");
  const length = [...reason].length;
  if (length >= 3 && length <= 2000) return { reason, fault: null };
  return { reason, fault: `${wordsOf(FRAME_WORDS, languageOf(context.req.raw)).reason}: 3–2000` };
}
