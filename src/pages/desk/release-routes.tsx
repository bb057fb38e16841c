import type { Hono } from "hono";
import { deskPaths, RELEASE_DECISIONS, type ReleaseDecision } from "../../contract/desk/paths.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { BLOCK_CODES } from "../../domain/release/blocks.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { showBundle } from "../../market/desk/show-bundle.ts";
import { showFile } from "../../market/desk/show-file.ts";
import { tryModule } from "../../market/desk/try-module.ts";
import type { World } from "../../market/ports.ts";
import { decideAppeal, listAppeals } from "../../market/publish/appeal-release.ts";
import { blockRelease, confirmBlock, liftBlock } from "../../market/publish/block-release.ts";
import { decideRelease } from "../../market/publish/decide-release.ts";
import { acceptCheck, rerunChecks } from "../../market/publish/desk-checks.ts";
import { listDeskQueue, showRelease } from "../../market/publish/show-release.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { DryRunPage, FilePage } from "./file.tsx";
import { type DeskContext, ID, onDesk, onDeskForm, reasonIn } from "./on-desk.ts";
import { QueuePage } from "./queue.tsx";
import { DeskReleasePage, type DeskReleaseView } from "./release.tsx";
import { REVIEW_WORDS } from "./review-words.ts";

const MOST = 100;
const HISTORY = 50;
type Done = NonNullable<DeskReleaseView["done"]>;

/** The review queue, and everything the desk sees of a release and does about it. */
export function registerReleasePages(app: Hono<PersonalEnv>): void {
  onDesk(app, deskPaths.queue(), async (context) => {
    const world = context.get("world");
    const [queue, appeals, blocks] = await Promise.all([
      listDeskQueue(world, MOST),
      listAppeals(world, MOST),
      world.desk.openBlocks(MOST),
    ]);
    return privatePage(context, () => <QueuePage queue={queue} appeals={appeals} blocks={blocks} />);
  });

  onDesk(app, `/desk/releases/${ID}`, (context, person) => drawRelease(context, person));

  onDesk(app, `/desk/releases/${ID}/file`, async (context, person) => {
    const world = context.get("world");
    const releaseId = context.req.param("id") ?? "";
    const path = context.req.query("path") ?? "";
    const [view, shown] = await Promise.all([
      showFile(world, person, releaseId, path),
      showRelease(world, person, releaseId),
    ]);
    if (view === null || !shown.ok) return null;
    const findings = shown.value.findings.filter((finding) => finding.path === path);
    return privatePage(context, () => <FilePage view={view} findings={findings} />);
  });

  onDesk(app, `/desk/releases/${ID}/dry-run`, async (context) => {
    const world = context.get("world");
    const releaseId = context.req.param("id") ?? "";
    const [trial, bundle] = await Promise.all([tryModule(world, releaseId), showBundle(world, releaseId)]);
    if (trial === null || bundle === null) return null;
    const title = `${bundle.release.name} ${bundle.release.version}`;
    return privatePage(context, () => <DryRunPage releaseId={releaseId} title={title} trial={trial} />);
  });

  for (const decision of RELEASE_DECISIONS)
    onDeskForm(app, `/desk/releases/${ID}/${decision}`, async (context, person, form) => {
      const releaseId = context.req.param("id") ?? "";
      const wish = readWish(form, reasonIn(context, form).reason);
      const again = async (problem: FormProblem) =>
        (await drawRelease(context, person, problem)) ?? refusalPage(context, "release_not_found", 404);
      const isBare = decision === "rerun" || decision === "confirm-block";
      const { fault } = reasonIn(context, form);
      if (!isBare && fault !== null) return again(invalidForm([{ field: `reason-${decision}`, text: fault }]));
      const done = await perform(context.get("world"), person, releaseId, decision, wish);
      if (!done.ok) return again(formProblem(done.problem));
      return seeOther(`${deskPaths.release(releaseId)}?done=${done.value}`);
    });
}

interface Wish {
  readonly reason: string;
  /** Of the bundle that was looked at. */
  readonly sha256: string;
  readonly check: string;
  readonly code: string;
  readonly outcome: string;
}

function readWish(form: URLSearchParams, reason: string): Wish {
  const read = (name: string) => form.get(name)?.trim() ?? "";
  return {
    reason,
    sha256: read("sha256"),
    check: read("check"),
    code: read("code"),
    outcome: read("outcome"),
  };
}

async function perform(
  world: World,
  person: SessionPrincipal,
  releaseId: string,
  decision: ReleaseDecision,
  { reason, sha256, check, code, outcome }: Wish,
): Promise<Result<Done, Problem<Reason>>> {
  switch (decision) {
    case "approve":
    case "reject": {
      const decided = await decideRelease(world, person, releaseId, { decision, reason, sha256 });
      return decided.ok ? ok(decided.value.state) : decided;
    }
    case "accept": {
      const accepted = await acceptCheck(world, person, releaseId, check, reason);
      return accepted.ok ? ok(accepted.value.isAccepted ? "accepted" : "half") : accepted;
    }
    case "rerun": {
      const rerun = await rerunChecks(world, person, releaseId);
      return rerun.ok ? ok("rerun") : rerun;
    }
    case "block": {
      const known = BLOCK_CODES.find((one) => one === code);
      if (known === undefined) return refuse({ reason: "VALIDATION_ERROR" });
      const blocked = await blockRelease(world, person, releaseId, { code: known, reason });
      return blocked.ok ? ok("blocked") : blocked;
    }
    case "confirm-block": {
      const confirmed = await confirmBlock(world, person, releaseId);
      return confirmed.ok ? ok("confirmed") : confirmed;
    }
    case "lift-block": {
      const lifted = await liftBlock(world, person, releaseId, reason);
      return lifted.ok ? ok(lifted.value.step) : lifted;
    }
    case "appeal": {
      if (outcome !== "upheld" && outcome !== "overturned") return refuse({ reason: "VALIDATION_ERROR" });
      const decided = await decideAppeal(world, person, releaseId, { outcome, reason });
      return decided.ok ? ok(decided.value.outcome) : decided;
    }
  }
}

async function drawRelease(
  context: DeskContext,
  person: SessionPrincipal,
  problem?: FormProblem,
): Promise<Response | null> {
  const world = context.get("world");
  const releaseId = context.req.param("id") ?? "";
  const [shown, bundle, history] = await Promise.all([
    showRelease(world, person, releaseId),
    showBundle(world, releaseId),
    world.desk.audit({ subject: `release:${releaseId}` }, HISTORY),
  ]);
  if (!shown.ok || bundle === null) return null;
  const isOwn = await world.desk.isMember(person.accountId, shown.value.pluginId);
  const done = doneOf(context.req.query("done"));
  const view = {
    release: shown.value,
    bundle,
    history,
    isOwn,
    problem,
    done: problem === undefined ? done : undefined,
  };
  return privatePage(
    context,
    () => <DeskReleasePage view={view} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

function doneOf(text: string | undefined): Done | undefined {
  const known = Object.keys(REVIEW_WORDS.en.done) as Done[];
  return known.find((one) => one === text);
}
