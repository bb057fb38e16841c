import type { Context, Hono } from "hono";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { type PersonalEnv, readForm, requireProof, requireSession } from "./session.ts";

/** A form of somebody signed in; the handler acts and answers. */
export type FormAct = (
  context: Context<PersonalEnv>,
  person: SessionPrincipal,
  form: URLSearchParams,
) => Promise<Response>;

/** Registers a form: the person first (with `needsProof` at their passkey), then the fields. */
export function onForm(app: Hono<PersonalEnv>, path: string, act: FormAct, needsProof = false): void {
  app.post(path, async (context) => {
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const person = await (needsProof ? requireProof(context) : requireSession(context));
    return person instanceof Response ? person : act(context, person, form);
  });
}
