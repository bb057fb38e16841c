import type { Hono } from "hono";
import { isEmail, isHandle, isName, readScopes } from "../../contract/account/form-values.ts";
import { accountPaths } from "../../contract/account/paths.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { brake } from "../../market/account/brake.ts";
import { createOrganization } from "../../market/account/manage-organization.ts";
import { createToken, listTokens, revokeToken } from "../../market/account/manage-tokens.ts";
import { askToChangeEmail } from "../../market/account/one-time-link.ts";
import { makeRecoveryCodes } from "../../market/account/recover.ts";
import { addPasskey, offerPasskey } from "../../market/account/use-passkey.ts";
import type { World } from "../../market/ports.ts";
import { AccountPage, type AccountView } from "./account.tsx";
import { offer, passkeyName, SIGNED_OUT, take } from "./ceremony.ts";
import { onForm } from "./on-form.ts";
import { privatePage, refusalPage } from "./respond.tsx";
import { findSession, type PersonalEnv, requireSession, seeOther, visitorOf } from "./session.ts";
import { MailSentPage } from "./sign-in.tsx";
import { CodesPage, TokenMadePage, TokensPage } from "./tokens.tsx";

const HISTORY = 20;

/** `/account`: what a person signs in with, and what acts for them. */
export function registerAccountPages(app: Hono<PersonalEnv>): void {
  app.get(accountPaths.account(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const view = await loadAccount(context.get("world"), person);
    if (view === null) return context.notFound();
    return privatePage(context, (nonce) => <AccountPage view={view} nonce={nonce} />);
  });

  app.post(accountPaths.passkeyOptions(), (context) =>
    offer(context, async (world) => {
      const person = await findSession(context);
      if (person === null) return SIGNED_OUT;
      const offered = await offerPasskey(world, person);
      return offered.ok ? { ok: true, body: offered.value } : offered;
    }),
  );

  app.post(accountPaths.passkeyAnswer(), (context) =>
    take(context, async (world, answer, name) => {
      const person = await findSession(context);
      if (person === null) return SIGNED_OUT;
      const added = await addPasskey(world, person, answer, name);
      return added.ok ? { ok: true, body: {}, secret: added.value } : added;
    }),
  );

  onForm(app, accountPaths.passkeyRename(), async (context, { accountId }, form) => {
    const { passkeys } = context.get("world");
    const isRenamed = await passkeys.rename(accountId, form.get("id") ?? "", passkeyName(form.get("name") ?? ""));
    return isRenamed ? seeOther(accountPaths.account()) : refusalPage(context, "NOT_FOUND", 404);
  });

  onForm(
    app,
    accountPaths.passkeyRemove(),
    async (context, { accountId }, form) => {
      const { passkeys, clock } = context.get("world");
      const isRemoved = await passkeys.remove(accountId, form.get("id") ?? "", unixSeconds(clock.now()));
      return isRemoved ? seeOther(accountPaths.account()) : refusalPage(context, "NOT_FOUND", 404);
    },
    true,
  );

  onForm(app, accountPaths.sessionEnd(), async (context, { accountId }, form) => {
    const isEnded = await context.get("world").sessions.end(accountId, form.get("id") ?? "");
    return isEnded ? seeOther(accountPaths.account()) : refusalPage(context, "NOT_FOUND", 404);
  });

  onForm(app, accountPaths.sessionEndOthers(), async (context, { accountId, session }) => {
    await context.get("world").sessions.endOthers(accountId, session.idHash);
    return seeOther(accountPaths.account());
  });

  onForm(
    app,
    accountPaths.recoveryCodes(),
    async (context, person) => {
      const made = await makeRecoveryCodes(context.get("world"), person);
      if (!made.ok) return refusalPage(context, made.problem.reason, 403);
      return privatePage(context, () => <CodesPage codes={made.value} />);
    },
    true,
  );

  onForm(
    app,
    accountPaths.changeEmail(),
    async (context, person, form) => {
      const world = context.get("world");
      const email = form.get("address")?.trim() ?? "";
      if (!isEmail(email)) return refusalPage(context, "VALIDATION_ERROR", 422);
      if (!(await brake(world, "mail", visitorOf(context).address)).ok)
        return refusalPage(context, "RATE_LIMITED", 429);
      const asked = await askToChangeEmail(world, person, email);
      if (!asked.ok) return refusalPage(context, asked.problem.reason, 403);
      return privatePage(context, () => <MailSentPage />);
    },
    true,
  );

  onForm(app, accountPaths.organizations(), async (context, { accountId }, form) => {
    const handle = form.get("handle")?.trim() ?? "";
    const displayName = form.get("display")?.trim() ?? "";
    if (!isHandle(handle) || !isName(displayName)) return refusalPage(context, "VALIDATION_ERROR", 422);
    const made = await createOrganization(context.get("world"), accountId, handle, displayName);
    if (!made.ok) return refusalPage(context, made.problem.reason, 409);
    return seeOther(accountPaths.organization(handle));
  });

  app.get(accountPaths.tokens(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    return privatePage(context, () => <TokensPage scopes={person.token.scopes} />);
  });

  onForm(app, accountPaths.tokens(), async (context, person, form) => {
    const name = form.get("name")?.trim() ?? "";
    const scopes = readScopes(form.getAll("scope"));
    const days = Number(form.get("days") ?? "90");
    const again = (problem: string, status: number) =>
      privatePage(context, () => <TokensPage scopes={person.token.scopes} problem={problem} />, { status });
    if (!isName(name) || scopes.length === 0 || !Number.isInteger(days) || days < 1 || days > 365)
      return again("A name, at least one right, and 1 to 365 days are needed.", 422);
    const kind = scopes.some((scope) => scope.startsWith("desk:")) ? "adm" : "pat";
    const made = await createToken(context.get("world"), person, { name, kind, scopes, expiresInDays: days });
    if (made.ok) return privatePage(context, () => <TokenMadePage text={made.value.text} />);
    if (made.problem.reason === "proof_required") return seeOther(accountPaths.prove(accountPaths.tokens()));
    return again(made.problem.detail ?? SENTENCES[made.problem.reason], 422);
  });

  onForm(app, accountPaths.tokenRevoke(), async (context, person, form) => {
    const id = form.get("id") ?? "";
    const isId = /^[1-9][0-9]{0,14}$/.test(id);
    const revoked = isId ? await revokeToken(context.get("world"), person, id) : null;
    return revoked?.ok ? seeOther(accountPaths.account()) : refusalPage(context, "NOT_FOUND", 404);
  });
}

async function loadAccount(
  world: World,
  { accountId, session, heldUntil }: SessionPrincipal,
): Promise<AccountView | null> {
  const now = unixSeconds(world.clock.now());
  const [account, memberships, passkeys, recoveryCodes, tokens, sessions, history] = await Promise.all([
    world.accounts.findAccount(accountId),
    world.accounts.memberships(accountId),
    world.passkeys.list(accountId),
    world.people.countRecoveryCodes(accountId),
    listTokens(world, accountId),
    world.sessions.list(accountId, now),
    world.sessions.history(accountId, HISTORY),
  ]);
  if (account === null) return null;
  const currentSession = session.idHash;
  return { account, memberships, passkeys, recoveryCodes, tokens, sessions, history, heldUntil, currentSession };
}
