import { type Context, Hono } from "hono";
import { CEREMONY_ANSWER } from "../../contract/account/passkey.ts";
import { accountPaths } from "../../contract/account/paths.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { unixSeconds } from "../../domain/time.ts";
import { brake } from "../../market/account/brake.ts";
import type { AccountLink } from "../../market/account/link-ports.ts";
import { lookAtLink, signInWithLink } from "../../market/account/one-time-link.ts";
import type { CeremonyAnswer } from "../../market/account/session-ports.ts";
import {
  addPasskey,
  offerPasskey,
  offerProof,
  offerSignIn,
  proveAgain,
  signInWithPasskey,
} from "../../market/account/use-passkey.ts";
import { AccountPage, type AccountView } from "./account.tsx";
import { LinkPage } from "./link.tsx";
import { privatePage, refusalPage } from "./respond.tsx";
import {
  findSession,
  type PersonalEnv,
  readForm,
  readScriptJson,
  requireProof,
  requireSession,
  safeNext,
  seeOther,
  sessionHeader,
  visitorOf,
} from "./session.ts";
import { ProvePage, SignInPage } from "./sign-in.tsx";

const HISTORY = 20;

/** Sign-in, one-time links and the account of a person. */
export function createAccountPages(): Hono<PersonalEnv> {
  const app = new Hono<PersonalEnv>();

  app.get(accountPaths.signIn(), async (context) => {
    const next = safeNext(context, context.req.query("next"), accountPaths.account());
    if ((await findSession(context)) !== null) return seeOther(next);
    return privatePage(context, (nonce) => <SignInPage next={next} nonce={nonce} />);
  });

  app.post(accountPaths.signInOptions(), (context) =>
    ceremony(context, "challenge", async (world) => ({ ok: true, body: await offerSignIn(world) })),
  );

  app.post(accountPaths.signInAnswer(), (context) =>
    ceremony(context, "sign_in", async (world, sent) => {
      if (sent === null) return { ok: false, problem: { reason: "passkey_refused" } };
      const signedIn = await signInWithPasskey(world, sent.answer, visitorOf(context));
      return signedIn.ok ? { ok: true, body: {}, secret: signedIn.value.secret } : signedIn;
    }),
  );

  app.get(accountPaths.prove(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const next = safeNext(context, context.req.query("next"), accountPaths.account());
    return privatePage(context, (nonce) => <ProvePage next={next} nonce={nonce} />);
  });

  app.post(accountPaths.proveOptions(), (context) =>
    ceremony(context, "challenge", async (world) => {
      const person = await findSession(context);
      return person === null ? SIGNED_OUT : { ok: true, body: await offerProof(world, person) };
    }),
  );

  app.post(accountPaths.proveAnswer(), (context) =>
    ceremony(context, "sign_in", async (world, sent) => {
      const person = await findSession(context);
      if (person === null) return SIGNED_OUT;
      if (sent === null) return { ok: false, problem: { reason: "passkey_refused" } };
      const proven = await proveAgain(world, person, sent.answer);
      return proven.ok ? { ok: true, body: {}, secret: proven.value } : proven;
    }),
  );

  app.post(accountPaths.passkeyOptions(), (context) =>
    ceremony(context, "challenge", async (world) => {
      const person = await findSession(context);
      if (person === null) return SIGNED_OUT;
      const offered = await offerPasskey(world, person);
      return offered.ok ? { ok: true, body: offered.value } : offered;
    }),
  );

  app.post(accountPaths.passkeyAnswer(), (context) =>
    ceremony(context, "sign_in", async (world, sent) => {
      const person = await findSession(context);
      if (person === null) return SIGNED_OUT;
      if (sent === null) return { ok: false, problem: { reason: "passkey_refused" } };
      const added = await addPasskey(world, person, sent.answer, nameOf(sent.name));
      return added.ok ? { ok: true, body: {}, secret: added.value } : added;
    }),
  );

  app.get(accountPaths.link(), async (context) => {
    const code = context.req.query("code") ?? "";
    const link = await lookAtLink(context.get("world"), code);
    if (link === null) return refusalPage(context, "link_invalid", 404);
    return privatePage(context, () => <LinkPage code={code} {...LINK_WORDS[link.purpose]} />);
  });

  app.post(accountPaths.link(), async (context) => {
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const world = context.get("world");
    const visitor = visitorOf(context);
    const braked = await brake(world, "sign_in", visitor.address);
    if (!braked.ok) return refusalPage(context, "RATE_LIMITED", 429);
    const signedIn = await signInWithLink(world, form.get("code") ?? "", visitor);
    if (!signedIn.ok) return refusalPage(context, "link_invalid", 404);
    return seeOther(accountPaths.account(), sessionHeader(context, signedIn.value.secret));
  });

  app.post(accountPaths.signOut(), async (context) => {
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const person = await findSession(context);
    if (person !== null) await context.get("world").sessions.end(person.accountId, person.session.idHash);
    return seeOther("/", sessionHeader(context, null));
  });

  app.get(accountPaths.account(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const world = context.get("world");
    const { accountId } = person;
    const now = unixSeconds(world.clock.now());
    const [account, memberships, passkeys, sessions, history] = await Promise.all([
      world.accounts.findAccount(accountId),
      world.accounts.memberships(accountId),
      world.passkeys.list(accountId),
      world.sessions.list(accountId, now),
      world.sessions.history(accountId, HISTORY),
    ]);
    if (account === null) return context.notFound();
    const view: AccountView = {
      account,
      memberships,
      passkeys,
      sessions,
      history,
      currentSession: person.session.idHash,
    };
    return privatePage(context, (nonce) => <AccountPage view={view} nonce={nonce} />);
  });

  app.post(accountPaths.passkeyRename(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const isRenamed = await context
      .get("world")
      .passkeys.rename(person.accountId, form.get("id") ?? "", nameOf(form.get("name")));
    return isRenamed ? seeOther(accountPaths.account()) : refusalPage(context, "NOT_FOUND", 404);
  });

  app.post(accountPaths.passkeyRemove(), async (context) => {
    const person = await requireProof(context);
    if (person instanceof Response) return person;
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const world = context.get("world");
    const now = unixSeconds(world.clock.now());
    const isRemoved = await world.passkeys.remove(person.accountId, form.get("id") ?? "", now);
    return isRemoved ? seeOther(accountPaths.account()) : refusalPage(context, "NOT_FOUND", 404);
  });

  app.post(accountPaths.sessionEnd(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const form = await readForm(context);
    if (form instanceof Response) return form;
    const isEnded = await context.get("world").sessions.end(person.accountId, form.get("id") ?? "");
    return isEnded ? seeOther(accountPaths.account()) : refusalPage(context, "NOT_FOUND", 404);
  });

  return app;
}

type Outcome =
  | { readonly ok: true; readonly body: object; readonly secret?: string }
  | { readonly ok: false; readonly problem: Problem<Reason> };

const SIGNED_OUT: Outcome = { ok: false, problem: { reason: "AUTHENTICATION_REQUIRED" } };

/** One call of the passkey script: ours, not too often, JSON in and out; a new session's secret leaves as a cookie alone. */
async function ceremony(
  context: Context<PersonalEnv>,
  act: "challenge" | "sign_in",
  work: (
    world: PersonalEnv["Variables"]["world"],
    sent: { answer: CeremonyAnswer; name?: string } | null,
  ) => Promise<Outcome>,
): Promise<Response> {
  const json = await readScriptJson(context);
  if (json === null) return answer({ ok: false, problem: { reason: "csrf_refused" } }, context);
  const world = context.get("world");
  const braked = await brake(world, act, visitorOf(context).address);
  if (!braked.ok) return answer(braked, context);
  const { answer: given, name } = json as { answer?: unknown; name?: unknown };
  const parsed = CEREMONY_ANSWER.safeParse(given);
  const sent = parsed.success
    ? { answer: parsed.data as CeremonyAnswer, ...(typeof name === "string" ? { name } : {}) }
    : null;
  return answer(await work(world, sent), context);
}

const STATUS: Partial<Record<Reason, number>> = {
  csrf_refused: 403,
  proof_required: 403,
  AUTHENTICATION_REQUIRED: 401,
  RATE_LIMITED: 429,
};

function answer(outcome: Outcome, context: Context<PersonalEnv>): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  if (outcome.ok) {
    const cookie = outcome.secret === undefined ? {} : sessionHeader(context, outcome.secret);
    return new Response(JSON.stringify(outcome.body), { headers: { ...headers, ...cookie } });
  }
  const { reason, facts } = outcome.problem;
  return new Response(JSON.stringify({ code: reason, message: SENTENCES[reason], ...facts }), {
    status: STATUS[reason] ?? 400,
    headers,
  });
}

function nameOf(text: string | null | undefined): string {
  const name = (text ?? "")
    .replaceAll(/\p{Cc}/gu, "")
    .trim()
    .slice(0, 60)
    .toWellFormed();
  return name === "" ? "Passkey" : name;
}

const LINK_WORDS: Readonly<Record<AccountLink["purpose"], { title: string; text: string; button: string }>> = {
  sign_in: {
    title: "Welcome",
    text: "This link signs you in once. Make a passkey right afterwards: it is how you sign in from then on.",
    button: "Sign in",
  },
  sign_up: {
    title: "Make your account",
    text: "Your e-mail address is confirmed by this link.",
    button: "Make the account",
  },
  verify_email: { title: "Confirm your address", text: "This address will belong to your account.", button: "Confirm" },
  join: { title: "Join the organization", text: "You were invited.", button: "Join" },
};
