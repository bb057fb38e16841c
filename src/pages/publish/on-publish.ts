import type { Context, Hono } from "hono";
import { mayAs, type ORGANIZATION_RIGHTS } from "../../domain/account/organization-rights.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import type { Membership } from "../../market/account/ports.ts";
import { onForm } from "../account/on-form.ts";
import { refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, requireProof, requireSession } from "../account/session.ts";

export type PublishContext = Context<PersonalEnv>;

/** What a page asks of the member's role (domain/account/README.md, Organizations); `see`: any role will do. */
export type Right = keyof typeof ORGANIZATION_RIGHTS | "see";

/** Somebody at the console of one organization. */
export interface Seat {
  readonly person: SessionPrincipal;
  readonly member: Membership;
  /** Every organization of the person. */
  readonly memberships: readonly Membership[];
}

export const HANDLE = ":handle{[a-z0-9-]{2,39}}";
export const NAME = ":name{[a-z][a-z0-9-]{0,63}}";
export const ID = ":id{[1-9][0-9]{0,14}}";

export function holds({ member }: Pick<Seat, "member">, right: Right): boolean {
  return right === "see" || mayAs(member.role, right);
}

/** A page below `/publish/{handle}`. Whoever is no member finds nothing there; a role without the right is refused. */
export function onMember(
  app: Hono<PersonalEnv>,
  path: string,
  right: Right,
  show: (context: PublishContext, seat: Seat) => Promise<Response | null>,
): void {
  app.get(`/publish/${HANDLE}${path}`, async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const seat = await seatOf(context, person);
    if (seat === null) return context.notFound();
    if (!holds(seat, right)) return refusalPage(context, "PERMISSION_DENIED", 403);
    return (await show(context, seat)) ?? context.notFound();
  });
}

/** A form below `/publish/{handle}`; with `needsProof` the person stands behind it with a passkey. */
export function onMemberForm(
  app: Hono<PersonalEnv>,
  path: string,
  right: Right,
  act: (context: PublishContext, seat: Seat, form: URLSearchParams) => Promise<Response>,
  needsProof = false,
): void {
  onForm(app, `/publish/${HANDLE}${path}`, async (context, person, form) => {
    const seat = await admit(context, person, right);
    if (seat instanceof Response) return seat;
    const proven = needsProof ? await requireProof(context) : person;
    return proven instanceof Response ? proven : act(context, seat, form);
  });
}

/** The seat of somebody signed in, or the refusal: 404 for strangers, 403 for other roles. */
export async function admit(context: PublishContext, person: SessionPrincipal, right: Right): Promise<Seat | Response> {
  const seat = await seatOf(context, person);
  if (seat === null) return refusalPage(context, "NOT_FOUND", 404);
  return holds(seat, right) ? seat : refusalPage(context, "PERMISSION_DENIED", 403);
}

async function seatOf(context: PublishContext, person: SessionPrincipal): Promise<Seat | null> {
  const memberships = await context.get("world").accounts.memberships(person.accountId);
  const member = memberships.find(({ handle }) => handle === context.req.param("handle"));
  return member === undefined ? null : { person, member, memberships };
}
