import type { Context, Hono } from "hono";
import { isEmail, readRole } from "../../contract/account/form-values.ts";
import { accountPaths } from "../../contract/account/paths.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Result } from "../../domain/result.ts";
import { brake } from "../../market/account/brake.ts";
import {
  changeMember,
  inviteMember,
  offerFirstKey,
  showOrganization,
  withdrawInvitation,
} from "../../market/account/manage-organization.ts";
import { onForm } from "./on-form.ts";
import { KeyNoncePage, OrganizationPage, OutboxPage } from "./organization.tsx";
import { privatePage, refusalPage } from "./respond.tsx";
import { type PersonalEnv, requireOperator, requireSession, seeOther, visitorOf } from "./session.ts";

const MAILS = 50;
const HANDLE = ":handle{[a-z0-9-]{2,39}}";

/** Members of an organization, and the outbox for operators. */
export function registerOrganizationPages(app: Hono<PersonalEnv>): void {
  app.get(`/account/organizations/${HANDLE}`, async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const view = await showOrganization(context.get("world"), person.accountId, handleOf(context));
    if (!view.ok) return refusalPage(context, "NOT_FOUND", 404);
    return privatePage(context, () => <OrganizationPage view={view.value} myself={person.accountId} />);
  });

  onForm(app, `/account/organizations/${HANDLE}/invite`, async (context, person, form) => {
    const email = form.get("email")?.trim() ?? "";
    const role = readRole(form.get("role"));
    const world = context.get("world");
    if (!isEmail(email) || role === null) return refusalPage(context, "VALIDATION_ERROR", 422);
    if (!(await brake(world, "mail", visitorOf(context).address)).ok) return refusalPage(context, "RATE_LIMITED", 429);
    return answer(context, await inviteMember(world, person, handleOf(context), email, role));
  });

  onForm(app, `/account/organizations/${HANDLE}/member`, async (context, person, form) => {
    const role = readRole(form.get("role"));
    if (role === null && form.get("role") !== "none") return refusalPage(context, "VALIDATION_ERROR", 422);
    const memberId = form.get("member") ?? "";
    return answer(context, await changeMember(context.get("world"), person, handleOf(context), memberId, role));
  });

  onForm(app, `/account/organizations/${HANDLE}/key`, async (context, person) => {
    const offered = await offerFirstKey(context.get("world"), person, handleOf(context));
    if (!offered.ok) return answer(context, offered);
    return privatePage(context, () => <KeyNoncePage handle={handleOf(context)} nonce={offered.value.nonce} />);
  });

  onForm(app, `/account/organizations/${HANDLE}/withdraw`, async (context, person, form) => {
    const id = form.get("id") ?? "";
    return answer(context, await withdrawInvitation(context.get("world"), person, handleOf(context), id));
  });

  app.get(accountPaths.outbox(), async (context) => {
    const person = await requireOperator(context);
    if (person instanceof Response) return person;
    const waiting = await context.get("world").mail.waiting(MAILS);
    return privatePage(context, () => <OutboxPage mails={waiting} />);
  });
}

function handleOf(context: Context<PersonalEnv>): string {
  return context.req.param("handle") ?? "";
}

const STATUS: Partial<Record<Reason, number>> = {
  NOT_FOUND: 404,
  PERMISSION_DENIED: 403,
  last_owner: 409,
  key_event_refused: 409,
};

async function answer(context: Context<PersonalEnv>, result: Result<unknown, Problem<Reason>>): Promise<Response> {
  const here = accountPaths.organization(handleOf(context));
  if (result.ok) return seeOther(here);
  const { reason } = result.problem;
  return reason === "proof_required"
    ? seeOther(accountPaths.prove(here))
    : refusalPage(context, reason, STATUS[reason] ?? 422);
}
