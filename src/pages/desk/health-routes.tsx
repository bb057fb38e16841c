import type { Hono } from "hono";
import { DEAD_KINDS, type DeadKind, deskPaths } from "../../contract/desk/paths.ts";
import { replayDead } from "../../market/desk/replay-dead.ts";
import { verifyDeskActs } from "../../market/moderation/desk-chain.ts";
import { showStatus } from "../../market/operations/show-status.ts";
import type { World } from "../../market/ports.ts";
import { privatePage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { formProblem, statusOf } from "../console/form-problem.ts";
import { AuditPage, VerifyPage } from "./audit.tsx";
import { DeadPage, HealthPage, type Letter, letterOfHook, letterOfRun, letterOfWebhook } from "./health.tsx";
import { onDesk, onDeskForm } from "./on-desk.ts";
import { DeskPage } from "./overview.tsx";

const SOME = 5;
const MOST = 100;
const LATEST = 10;
const PAGE = 50;

/** What waits, how the marketplace is, what was given up, and who did what. */
export function registerHealthPages(app: Hono<PersonalEnv>): void {
  onDesk(app, deskPaths.home(), async (context) => {
    const world = context.get("world");
    const [counts, { status }, latest] = await Promise.all([
      world.desk.counts(),
      showStatus(world),
      world.desk.audit({}, LATEST),
    ]);
    return privatePage(context, () => <DeskPage counts={counts} status={status} latest={latest} />);
  });

  onDesk(app, deskPaths.health(), async (context) => {
    const world = context.get("world");
    const [status, ...letters] = await Promise.all([
      showStatus(world),
      ...DEAD_KINDS.map(async (kind) => [kind, await lettersOf(world, kind, SOME)] as const),
    ]);
    return privatePage(context, () => <HealthPage status={status} letters={letters} />);
  });

  for (const kind of DEAD_KINDS) {
    onDesk(app, deskPaths.dead(kind), async (context) => {
      const list = await lettersOf(context.get("world"), kind, MOST);
      const isReplayed = context.req.query("done") !== undefined;
      return privatePage(context, () => <DeadPage kind={kind} list={list} isReplayed={isReplayed} />);
    });
    onDeskForm(app, deskPaths.replay(kind), async (context, person, form) => {
      const world = context.get("world");
      const letter = { kind, id: form.get("id") ?? "", owner: form.get("owner") ?? "" };
      const done = await replayDead(world, person, letter);
      if (done.ok) return seeOther(`${deskPaths.dead(kind)}?done=1`);
      const problem = formProblem(done.problem);
      const list = await lettersOf(world, kind, MOST);
      return privatePage(context, () => <DeadPage kind={kind} list={list} problem={problem} />, {
        status: statusOf(problem.reason),
      });
    });
  }

  onDesk(app, deskPaths.verify(), async (context) => {
    const { acts, last, brokenAt } = await verifyDeskActs(context.get("world"));
    return privatePage(context, () => <VerifyPage acts={acts} last={last} brokenAt={brokenAt} />);
  });

  onDesk(app, deskPaths.audit(), async (context) => {
    const read = (name: string) => {
      const text = context.req.query(name)?.trim().slice(0, 100);
      return text === undefined || text === "" ? {} : { [name]: text };
    };
    const before = /^[1-9][0-9]{0,14}$/.test(context.req.query("before") ?? "") ? read("before") : {};
    const filter = { ...read("action"), ...read("subject"), ...read("actor"), ...before };
    const rows = await context.get("world").desk.audit(filter, PAGE + 1);
    const older = rows.length > PAGE ? (rows[PAGE - 1]?.id ?? null) : null;
    return privatePage(context, () => <AuditPage rows={rows.slice(0, PAGE)} filter={filter} older={older} />);
  });
}

async function lettersOf({ desk }: Pick<World, "desk">, kind: DeadKind, limit: number): Promise<readonly Letter[]> {
  switch (kind) {
    case "runs":
      return (await desk.deadRuns(limit)).map(letterOfRun);
    case "webhooks":
      return (await desk.deadWebhooks(limit)).map(letterOfWebhook);
    case "hooks":
      return (await desk.deadHooks(limit)).map(letterOfHook);
  }
}
