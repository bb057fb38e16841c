import type { Hono } from "hono";
import { isHandle, isName } from "../../contract/account/form-values.ts";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { unixSeconds } from "../../domain/time.ts";
import { createOrganization } from "../../market/account/manage-organization.ts";
import { showRelease } from "../../market/publish/show-release.ts";
import { onForm } from "../account/on-form.ts";
import { privatePage } from "../account/respond.tsx";
import { type PersonalEnv, requireSession, seeOther } from "../account/session.ts";
import { formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { onMember, type PublishContext, type Seat } from "./on-publish.ts";
import { type Overview, OverviewPage, StartPage } from "./overview.tsx";

const SHOWN = 10;

/** Where a publisher begins: an organization, then its overview. */
export function registerOverviewPages(app: Hono<PersonalEnv>): void {
  app.get(publisherPaths.start(), async (context) => {
    const person = await requireSession(context);
    if (person instanceof Response) return person;
    const memberships = await context.get("world").accounts.memberships(person.accountId);
    const [only] = memberships;
    const isAsked = new URL(context.req.url).searchParams.has("choose");
    if (memberships.length === 1 && only !== undefined && !isAsked) return seeOther(publisherPaths.home(only.handle));
    return privatePage(context, () => <StartPage memberships={memberships} />);
  });

  onForm(app, publisherPaths.start(), async (context, person, form) => {
    const world = context.get("world");
    const typed = { handle: form.get("handle")?.trim() ?? "", display: form.get("display")?.trim() ?? "" };
    const errors = [
      ...(isHandle(typed.handle)
        ? []
        : [{ field: "handle", text: "Handle: 2–39 lower case letters, digits, hyphens" }]),
      ...(isName(typed.display) ? [] : [{ field: "display", text: "Name: one line of at most 100 characters" }]),
    ];
    const made =
      errors.length === 0 ? await createOrganization(world, person.accountId, typed.handle, typed.display) : null;
    if (made?.ok) return seeOther(publisherPaths.home(typed.handle));
    const problem = made === null ? invalidForm(errors) : formProblem(made.problem);
    const memberships = await world.accounts.memberships(person.accountId);
    return privatePage(context, () => <StartPage memberships={memberships} typed={typed} problem={problem} />, {
      status: statusOf(problem.reason),
    });
  });

  onMember(app, "", "see", async (context, seat) => {
    const view = await loadOverview(context, seat);
    return privatePage(context, () => <OverviewPage seat={seat} view={view} />);
  });
}

async function loadOverview(context: PublishContext, { member, person }: Seat): Promise<Overview> {
  const world = context.get("world");
  const now = unixSeconds(world.clock.now());
  const [plugins, open, latest, keys] = await Promise.all([
    world.publishing.plugins(member.id, now),
    world.publishing.releases(member.id, { isOpen: true }, SHOWN),
    world.publishing.releases(member.id, {}, SHOWN),
    world.accounts.publisherKeys(member.id),
  ]);
  const waiting = await Promise.all(open.map(({ releaseId }) => showRelease(world, person, releaseId)));
  return {
    plugins,
    open: waiting.flatMap((shown) => (shown.ok ? [shown.value] : [])),
    latest,
    hasKey: keys.length > 0,
  };
}
