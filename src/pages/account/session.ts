import type { Context } from "hono";
import { accountPaths } from "../../contract/account/paths.ts";
import { isOwnRequest } from "../../domain/account/same-origin.ts";
import { isFreshProof, readSessionCookie, writeSessionCookie } from "../../domain/account/session.ts";
import { unixSeconds } from "../../domain/time.ts";
import { authenticateSession, type SessionPrincipal } from "../../market/account/authenticate-session.ts";
import type { Visitor } from "../../market/account/session-ports.ts";
import type { World } from "../../market/ports.ts";
import { refusalPage } from "./respond.tsx";

/*
 * What a page for somebody who is signed in is made of:
 *
 *   app.get("/admin", async (context) => {
 *     const person = await requireSession(context);
 *     if (person instanceof Response) return person;              // 303 to the sign-in page, and back here afterwards
 *     return privatePage(context, (nonce) => <AdminPage person={person} nonce={nonce} />);
 *   });
 *
 *   onForm(app, "/admin/rename", async (context, person, form) => { // on-form.ts: refuses what no page of ours sent
 *     …act with `person.accountId` and `form.get("name")`, then
 *     return seeOther("/admin");                                    // the answer to every form that worked
 *   });
 *
 * `requireProof` instead of `requireSession` for what is dangerous (`onForm(…, true)` for forms), `requireOperator` for the
 * desk, `refuseWithoutProof` of market/account/step-up.ts inside use cases. Nothing here is cached.
 */

/** What these pages are handed. */
export interface PersonalEnv {
  Variables: { readonly world: World; readonly requestId: string };
}

const MAX_FORM_BYTES = 65_536;

/** Who is signed in; null for a visitor. Rights are in `token.scopes`, memberships are asked of `world.accounts`. */
export async function findSession(context: Context<PersonalEnv>): Promise<SessionPrincipal | null> {
  const world = context.get("world");
  const secret = readSessionCookie(context.req.header("cookie") ?? null, world.site.origin);
  return secret === null ? null : authenticateSession(world, secret);
}

/** Who is signed in, or the way to the sign-in page, which leads back: to this page, or to the one a form stood on. */
export async function requireSession(context: Context<PersonalEnv>): Promise<SessionPrincipal | Response> {
  return (await findSession(context)) ?? seeOther(accountPaths.signIn(wayBack(context)));
}

/** The same for acts that need a passkey proof not older than ten minutes; the page that asks for it leads back. */
export async function requireProof(context: Context<PersonalEnv>): Promise<SessionPrincipal | Response> {
  const person = await requireSession(context);
  if (person instanceof Response) return person;
  const now = unixSeconds(context.get("world").clock.now());
  return isFreshProof(person.session.provenAt, now) ? person : seeOther(accountPaths.prove(wayBack(context)));
}

/** An operator of the marketplace; for everybody else the page does not exist. */
export async function requireOperator(context: Context<PersonalEnv>): Promise<SessionPrincipal | Response> {
  const person = await requireSession(context);
  return person instanceof Response || person.isOperator ? person : context.notFound();
}

/**
 * The fields of a form of ours, urlencoded and at most 64 KiB; everything else is refused with a page. Called by every
 * handler of POST, whether somebody is signed in or not: nobody is signed in or out by a foreign page either.
 */
export async function readForm(context: Context<PersonalEnv>): Promise<URLSearchParams | Response> {
  if (!isOwn(context)) return refusalPage(context, "csrf_refused", 403);
  if (!/^application\/x-www-form-urlencoded\b/i.test(context.req.header("content-type") ?? ""))
    return refusalPage(context, "MEDIA_TYPE_UNSUPPORTED", 415);
  const bytes = await readBounded(context.req.raw);
  if (bytes === null) return refusalPage(context, "BODY_TOO_LARGE", 413);
  return new URLSearchParams(new TextDecoder().decode(bytes));
}

/** JSON that a script of ours sent; null for anything else. */
export async function readScriptJson(context: Context<PersonalEnv>): Promise<unknown | null> {
  if (!isOwn(context) || !/^application\/json\b/i.test(context.req.header("content-type") ?? "")) return null;
  const bytes = await readBounded(context.req.raw);
  if (bytes === null) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** The answer to a form that worked: the browser goes on with a GET. With `session`, it gets that secret; null signs it out. */
export function seeOther(location: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store", ...headers } });
}

export function sessionHeader(context: Context<PersonalEnv>, secret: string | null): { readonly "set-cookie": string } {
  return { "set-cookie": writeSessionCookie(context.get("world").site.origin, secret) };
}

/** A path of this site to go on with, or `fallback`: nobody is sent elsewhere. */
export function safeNext(context: Context<PersonalEnv>, next: string | null | undefined, fallback: string): string {
  const { origin } = context.get("world").site;
  if (!next?.startsWith("/") || !URL.canParse(next, origin)) return fallback;
  const url = new URL(next, origin);
  return url.origin === origin ? url.pathname + url.search : fallback;
}

export function visitorOf(context: Context<PersonalEnv>): Visitor {
  return {
    address: context.req.header("cf-connecting-ip") ?? null,
    userAgent: context.req.header("user-agent") ?? null,
  };
}

function isOwn(context: Context<PersonalEnv>): boolean {
  const source = {
    method: context.req.method,
    secFetchSite: context.req.header("sec-fetch-site") ?? null,
    origin: context.req.header("origin") ?? null,
  };
  return isOwnRequest(source, context.get("world").site.origin);
}

/** Where the person is, as a path; after a form the page it stood on. */
function wayBack(context: Context<PersonalEnv>): string {
  const { url, method } = context.req;
  const { pathname, search } = new URL(url);
  if (method === "GET" || method === "HEAD") return pathname + search;
  const referrer = context.req.header("referer");
  return safeNext(
    context,
    referrer && URL.canParse(referrer) ? pathOf(referrer, context) : null,
    accountPaths.account(),
  );
}

function pathOf(address: string, context: Context<PersonalEnv>): string | null {
  const url = new URL(address);
  return url.origin === context.get("world").site.origin ? url.pathname + url.search : null;
}

async function readBounded(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_FORM_BYTES) return null;
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length > MAX_FORM_BYTES ? null : bytes;
}
