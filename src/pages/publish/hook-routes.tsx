import type { Hono } from "hono";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { HOOK_EVENTS } from "../../domain/release/hook-events.ts";
import {
  addHook,
  changeHook,
  listHooks,
  type MadeHook,
  ownHook,
  removeHook,
  resumeHook,
  rotateHookSecret,
} from "../../market/hooks/manage-hooks.ts";
import type { Hook } from "../../market/hooks/ports.ts";
import { listHookDeliveries, replayHook } from "../../market/hooks/replay-hook.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, statusOf } from "../console/form-problem.ts";
import { idIn } from "../console/on-console.ts";
import { HookPage, HookSecretPage, HooksPage } from "./hooks.tsx";
import { ID, onMember, onMemberForm, type PublishContext, type Seat } from "./on-publish.ts";

const BASE = `/webhooks/${ID}`;
const SHOWN = 50;
const LABELS = { url: "Address" };

/** Webhooks of an organization, with what was sent and what is sent again. */
export function registerHookPages(app: Hono<PersonalEnv>): void {
  onMember(app, "/webhooks", "publish", (context, seat) => drawHooks(context, seat));

  onMemberForm(app, "/webhooks", "publish", async (context, seat, form) => {
    const made = await addHook(context.get("world"), seat.person, {
      publisher: seat.member.handle,
      url: form.get("url")?.trim() ?? "",
      events: readEvents(form),
    });
    return made.ok
      ? showSecret(context, seat, made.value)
      : drawHooks(context, seat, form, formProblem(made.problem, LABELS));
  });

  onMember(app, BASE, "publish", async (context, seat) => {
    const hook = await findHook(context, seat);
    return hook === null ? null : drawHook(context, seat, hook);
  });

  onHook(app, "change", async (context, seat, hook, form) => {
    const changes = { url: form.get("url")?.trim() ?? "", events: readEvents(form) };
    const changed = await changeHook(context.get("world"), seat.person, hook.id, changes);
    return changed.ok ? back(seat, hook) : drawHook(context, seat, hook, formProblem(changed.problem, LABELS));
  });
  onHook(app, "rotate", async (context, seat, hook) => {
    const made = await rotateHookSecret(context.get("world"), seat.person, hook.id);
    return made.ok ? showSecret(context, seat, made.value) : drawHook(context, seat, hook, formProblem(made.problem));
  });
  onHook(app, "resume", async (context, seat, hook) => {
    await resumeHook(context.get("world"), seat.person, hook.id);
    return back(seat, hook);
  });
  onHook(app, "remove", async (context, seat, hook) => {
    await removeHook(context.get("world"), seat.person, hook.id);
    return seeOther(publisherPaths.webhooks(seat.member.handle));
  });
  onHook(app, "replay", async (context, seat, hook, form) => {
    const deliveryId = idIn(form.get("delivery"));
    const from = idIn(form.get("from"));
    if (deliveryId === null && from === null) return refusalPage(context, "VALIDATION_ERROR", 422);
    const which = deliveryId === null ? { fromSequence: Number(from) } : { deliveryId };
    const replayed = await replayHook(context.get("world"), seat.person, hook.id, which);
    return replayed.ok ? back(seat, hook) : refusalPage(context, "NOT_FOUND", 404);
  });
}

function onHook(
  app: Hono<PersonalEnv>,
  act: string,
  perform: (context: PublishContext, seat: Seat, hook: Hook, form: URLSearchParams) => Promise<Response>,
): void {
  onMemberForm(app, `${BASE}/${act}`, "publish", async (context, seat, form) => {
    const hook = await findHook(context, seat);
    return hook === null ? refusalPage(context, "NOT_FOUND", 404) : perform(context, seat, hook, form);
  });
}

/** A hook of this very organization, whatever else the person manages. */
async function findHook(context: PublishContext, { person, member }: Seat): Promise<Hook | null> {
  const hook = await ownHook(context.get("world"), person, context.req.param("id") ?? "");
  return hook.ok && hook.value.publisherId === member.id ? hook.value : null;
}

async function drawHooks(
  context: PublishContext,
  seat: Seat,
  typed?: URLSearchParams,
  problem?: FormProblem,
): Promise<Response> {
  const all = await listHooks(context.get("world"), seat.person);
  const hooks = all.filter(({ publisherId }) => publisherId === seat.member.id);
  return privatePage(
    context,
    () => <HooksPage seat={seat} hooks={hooks} typed={typed} problem={problem} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

async function drawHook(context: PublishContext, seat: Seat, hook: Hook, problem?: FormProblem): Promise<Response> {
  const before = idIn(new URL(context.req.url).searchParams.get("before"));
  const filter = before === null ? {} : { before: Number(before) };
  const listed = await listHookDeliveries(context.get("world"), seat.person, hook.id, filter, SHOWN);
  const deliveries = listed.ok ? listed.value : [];
  const older = deliveries.length < SHOWN ? null : (deliveries.at(-1)?.sequence ?? null);
  return privatePage(
    context,
    () => <HookPage seat={seat} hook={hook} deliveries={deliveries} older={older} problem={problem} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

function showSecret(context: PublishContext, seat: Seat, { hook, secret }: MadeHook): Promise<Response> {
  return privatePage(context, () => <HookSecretPage seat={seat} hook={hook} secret={secret} />);
}

function back(seat: Seat, hook: Hook): Response {
  return seeOther(publisherPaths.webhook(seat.member.handle, hook.id));
}

function readEvents(form: URLSearchParams): readonly string[] {
  return HOOK_EVENTS.filter((event) => form.getAll("event").includes(event));
}
