import type { Hono } from "hono";
import { isEmail, isName } from "../../contract/account/form-values.ts";
import { accountPaths } from "../../contract/account/paths.ts";
import { paths } from "../../contract/paths.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import { readOauthCookie, writeOauthCookie } from "../../domain/account/oauth.ts";
import { brake } from "../../market/account/brake.ts";
import { askToSignUp, followLink, lookAtLink } from "../../market/account/one-time-link.ts";
import { recoverAccount } from "../../market/account/recover.ts";
import { comeFromGithub, goToGithub } from "../../market/account/sign-in-with-github.ts";
import { offerProof, offerSignIn, proveAgain, signInWithPasskey } from "../../market/account/use-passkey.ts";
import { offer, SIGNED_OUT, take } from "./ceremony.ts";

import { LinkPage } from "./link.tsx";
import { privatePage, refusalPage } from "./respond.tsx";
import {
  findSession,
  type PersonalEnv,
  readForm,
  requireSession,
  safeNext,
  seeOther,
  sessionHeader,
  visitorOf,
} from "./session.ts";
import { MailSentPage, ProvePage, SignInPage, SignUpPage } from "./sign-in.tsx";

/** Every way in, and out. */
export function registerSignInPages(app: Hono<PersonalEnv>): void {
  app.get(accountPaths.signIn(), async (context) => {
    const next = safeNext(context, context.req.query("next"), accountPaths.account());
    if ((await findSession(context)) !== null) return seeOther(next);
    return privatePage(context, (nonce) => (
      <SignInPage next={next} nonce={nonce} hasGithub={context.get("world").github !== null} />
    ));
  });

  app.post(accountPaths.signInOptions(), (context) =>
    offer(context, async (world) => ({ ok: true, body: await offerSignIn(world) })),
  );

  app.post(accountPaths.signInAnswer(), (context) =>
    take(context, async (world, answer) => {
      const signedIn = await signInWithPasskey(world, answer, visitorOf(context));
      return signedIn.ok ? { ok: true, body: {}, secret: signedIn.value.secret } : signedIn;
    }),
  );

  app.post(accountPaths.signInRecovery(), async (context) => {
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const world = context.get("world");
    const visitor = visitorOf(context);
    const next = safeNext(context, form.get("next"), accountPaths.account());
    const again = (problem: string, status: number) =>
      privatePage(
        context,
        (nonce) => <SignInPage next={next} nonce={nonce} hasGithub={world.github !== null} problem={problem} />,
        { status },
      );
    if (!(await brake(world, "sign_in", visitor.address)).ok) return again(SENTENCES.RATE_LIMITED, 429);
    const signedIn = await recoverAccount(world, form.get("code") ?? "", visitor);
    if (!signedIn.ok) return again("No account has this code. It may have been used already.", 401);
    return seeOther(next, sessionHeader(context, signedIn.value.secret));
  });

  app.get(accountPaths.signInGithub(), async (context) => {
    const world = context.get("world");
    const going = await goToGithub(world);
    if (!going.ok) return context.notFound();
    return seeOther(going.value.address, { "set-cookie": writeOauthCookie(world.site.origin, going.value.attempt) });
  });

  app.get(accountPaths.signInGithubCallback(), async (context) => {
    const world = context.get("world");
    const visitor = visitorOf(context);
    if (!(await brake(world, "sign_in", visitor.address)).ok) return refusalPage(context, "RATE_LIMITED", 429);
    const attempt = readOauthCookie(context.req.header("cookie") ?? null, world.site.origin);
    const sent = { state: context.req.query("state") ?? "", code: context.req.query("code") ?? "" };
    const came = await comeFromGithub(world, attempt, sent, visitor, await findSession(context));
    const used = { "set-cookie": writeOauthCookie(world.site.origin, null) };
    if (!came.ok) return refusalPage(context, came.problem.reason, 401, used);
    const answer = seeOther(accountPaths.account(), used);
    if (came.value.secret !== null)
      answer.headers.append("set-cookie", sessionHeader(context, came.value.secret)["set-cookie"]);
    return answer;
  });

  app.get(accountPaths.prove(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const next = safeNext(context, context.req.query("next"), accountPaths.account());
    const hasPasskey = (await context.get("world").passkeys.list(person.accountId)).length > 0;
    return privatePage(context, (nonce) => <ProvePage next={next} nonce={nonce} hasPasskey={hasPasskey} />);
  });

  app.post(accountPaths.proveOptions(), (context) =>
    offer(context, async (world) => {
      const person = await findSession(context);
      return person === null ? SIGNED_OUT : { ok: true, body: await offerProof(world, person) };
    }),
  );

  app.post(accountPaths.proveAnswer(), (context) =>
    take(context, async (world, answer) => {
      const person = await findSession(context);
      if (person === null) return SIGNED_OUT;
      const proven = await proveAgain(world, person, answer);
      return proven.ok ? { ok: true, body: {}, secret: proven.value } : proven;
    }),
  );

  app.get(accountPaths.link(), async (context) => {
    const code = context.req.query("code") ?? "";
    const link = await lookAtLink(context.get("world"), code);
    if (link === null) return refusalPage(context, "link_invalid", 404);
    return privatePage(context, () => <LinkPage code={code} purpose={link.purpose} />);
  });

  app.post(accountPaths.link(), async (context) => {
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const world = context.get("world");
    const visitor = visitorOf(context);
    if (!(await brake(world, "sign_in", visitor.address)).ok) return refusalPage(context, "RATE_LIMITED", 429);
    const code = form.get("code") ?? "";
    const person = await findSession(context);
    const followed = await followLink(world, code, visitor, person?.accountId ?? null);
    if (followed.ok) {
      const { secret } = followed.value;
      return seeOther(accountPaths.account(), secret === null ? {} : sessionHeader(context, secret));
    }
    if (followed.problem.reason === "link_invalid") return refusalPage(context, "link_invalid", 404);
    return seeOther(accountPaths.signIn(`${accountPaths.link()}?code=${encodeURIComponent(code)}`));
  });

  app.get(accountPaths.signUp(), (context) => privatePage(context, () => <SignUpPage />));

  app.post(accountPaths.signUp(), async (context) => {
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const world = context.get("world");
    const again = (problem: string, status: number) =>
      privatePage(context, () => <SignUpPage problem={problem} />, { status });
    if (!(await brake(world, "mail", visitorOf(context).address)).ok) return again(SENTENCES.RATE_LIMITED, 429);
    const name = form.get("name")?.trim() ?? "";
    const email = form.get("email")?.trim() ?? "";
    if (!isName(name) || !isEmail(email)) return again("A name and an e-mail address are needed.", 422);
    await askToSignUp(world, name, email);
    return privatePage(context, () => <MailSentPage />);
  });

  app.post(accountPaths.signOut(), async (context) => {
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const person = await findSession(context);
    if (person !== null) await context.get("world").sessions.end(person.accountId, person.session.idHash);
    return seeOther(paths.home(), sessionHeader(context, null));
  });
}
