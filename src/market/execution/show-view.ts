import { type Installation, judgeInstallation } from "../../domain/execution/installation.ts";
import type { RouteUser } from "../../domain/execution/job.ts";
import { type FoundRoute, findRoute } from "../../domain/execution/route.ts";
import type { Json } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { readView, type View } from "../../domain/ui/blocks.ts";
import { isView, noticeOf } from "../../domain/ui/posted.ts";
import type { Slot } from "../../domain/ui/slots.ts";
import type { World } from "../ports.ts";
import type { DeliveryWorld } from "./deliver-execution.ts";
import { runRoute } from "./run-route.ts";

type ViewWorld = DeliveryWorld & Pick<World, "chance" | "pluginStorage">;
export type ViewReason =
  | "RATE_LIMITED"
  | "plugin_stopped"
  | "plugin_failed"
  | "plugin_timeout"
  | "PERMISSION_DENIED"
  | "route_not_found"
  | "view_invalid"
  | "view_is_frame";

export interface ViewWish {
  readonly user: RouteUser;
  readonly entityId: string | null;
  /** The plugin's `GET` route to show, with its query; null = the slot's own. */
  readonly route: string | null;
  /** What a form or button of the view does first. */
  readonly action: { readonly method: string; readonly path: string; readonly values: Json } | null;
}
export interface ShownView {
  readonly view: View;
  readonly route: string;
}

/** What stops a view from being shown at all. A frame needs no code of the plugin on our side. */
export function judgeView(installation: Installation, slot: Slot, now: number): Problem<"plugin_stopped"> | null {
  const refusal = judgeInstallation(installation, now);
  if (refusal === null) return null;
  // That is the last thing judged but consent, which a view needs like everything else.
  if (refusal === "no_server_module" && slot.view.file !== undefined) {
    const { grant, release } = installation;
    if (grant !== null && grant.closureDigest === release?.closureDigest) return null;
  }
  return { reason: "plugin_stopped", facts: { why: "unavailable" } };
}

/** A page asks for what its manifest names; the instance says what its user may. */
export function mayShow(slot: Slot, user: RouteUser): Problem<"PERMISSION_DENIED"> | null {
  const { hostPermission } = slot;
  if (hostPermission === undefined || user.permissions?.includes(hostPermission)) return null;
  return { reason: "PERMISSION_DENIED", facts: { needs: hostPermission } };
}

/**
 * Runs the route of a slot and reads the blocks that it answers. An action runs first: blocks in its answer are shown as
 * they are; a message or a refusal stands above the view.
 */
export async function showView(
  world: ViewWorld,
  installation: Installation,
  slot: Slot,
  { user, entityId, route: wanted, action }: ViewWish,
): Promise<Result<ShownView, Problem<ViewReason>>> {
  if (slot.view.route === undefined) return refuse({ reason: "view_is_frame" });
  const denied = mayShow(slot, user);
  if (denied !== null) return refuse(denied);
  const route = wanted ?? slot.view.route;
  const above: View["blocks"][number][] = [];
  if (action !== null) {
    const done = await callRoute(world, installation, user, { ...action, body: action.values });
    if (!done.ok) return done;
    const { status, body } = done.value;
    if (isView(body)) return present(body, route);
    const notice = noticeOf(status, body);
    if (notice !== null) above.push(notice);
  }
  const [path = "", query = ""] = route.split("?");
  const context = new URLSearchParams(query);
  context.set("slot", slot.name);
  if (entityId !== null) context.set("entityId", entityId);
  const shown = await callRoute(world, installation, user, { method: "GET", path: `${path}?${context}`, body: null });
  if (!shown.ok) return shown;
  const { status, body } = shown.value;
  const refusal = status >= 400 && !isView(body) ? noticeOf(status, body) : null;
  if (refusal !== null) return ok({ route, view: { blocks: [...above, refusal] } });
  const view = present(body, route);
  if (!view.ok) return view;
  return ok({ route, view: { ...view.value.view, blocks: [...above, ...view.value.view.blocks] } });
}

export interface RouteWish {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: Json;
}
export interface RouteAnswer {
  readonly status: number;
  readonly body: Json;
}
type CallReason = Exclude<ViewReason, "view_invalid" | "view_is_frame">;

/** A `session` route of the plugin in the name of a user whom the instance vouched for; no other route is reached from views. */
export async function callRoute(
  world: ViewWorld,
  installation: Installation,
  user: RouteUser,
  { method, path: address, body }: RouteWish,
): Promise<Result<RouteAnswer, Problem<CallReason>>> {
  const [path = "", search = ""] = address.split("?");
  const found = findRoute(installation.release?.routes ?? [], method, path);
  if (found === null || found.route.access !== "session") return refuse({ reason: "route_not_found" });
  const refused = refuseUser(found, user);
  if (refused !== null) return refuse(refused);
  const query: Record<string, string> = {};
  new URLSearchParams(search).forEach((value, name) => {
    query[name] = value;
  });
  const request = { method, path, params: found.params, query, headers: {}, body, user };
  const run = await runRoute(world, installation, found, request);
  if (!run.ok) return run;
  const { status, headers, body: text } = run.value.answer;
  const isJson = /^application\/json\b/.test(headers["content-type"] ?? "");
  return ok({ status, body: text === null || !isJson ? text : (JSON.parse(text) as Json) });
}

function refuseUser({ route }: FoundRoute, user: RouteUser): Problem<"PERMISSION_DENIED"> | null {
  const needs = route.hostPermission;
  return needs === undefined || user.permissions?.includes(needs)
    ? null
    : { reason: "PERMISSION_DENIED", facts: { needs } };
}

function present(body: Json, route: string): Result<ShownView, Problem<"view_invalid">> {
  const view = readView(body);
  if (!view.ok) return refuse({ reason: "view_invalid", facts: { errors: view.problem } });
  return ok({ view: view.value, route });
}
