import type { RunReply } from "../../../domain/execution/job.ts";
import { matchRoute } from "../../../domain/execution/match-route.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import type { Manifest } from "../../../domain/manifest/manifest.ts";
import { type Block, readView, type View } from "../../../domain/ui/blocks.ts";
import { escapeHtml } from "../../../domain/ui/escape.ts";
import { isView, noticeOf, type PostedForm } from "../../../domain/ui/posted.ts";
import { renderView } from "../../../domain/ui/render.ts";
import { findSlot } from "../../../domain/ui/slots.ts";

/** What a view is asked to show, and to do first. */
export interface ViewWish {
  readonly route: string | null;
  readonly action: PostedForm["action"] | null;
}
/** Runs a route; answers what the plugin answered, or how the run ended. */
type RunRoute = (method: string, path: string, body: Json) => Promise<RunReply>;

/**
 * A view of blocks as a page, with the marketplace's own reader and renderer: what is refused there is refused here, and
 * says which block it is. Null: no slot of that name shows blocks.
 */
export async function devViewPage(
  manifest: Manifest,
  name: string,
  { route: wanted, action }: ViewWish,
  run: RunRoute,
): Promise<string | null> {
  const slot = findSlot(manifest.ui, name);
  if (slot?.view.route === undefined) return null;
  const route = wanted ?? slot.view.route;
  const view = await viewOf(manifest, slot.view.route, { route, action }, run, name);
  const body = renderView(view, { address: `/view/${name}`, route });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(slot.title)}</title><link rel="stylesheet" href="/page/view.css"></head><body>${body}</body></html>`;
}

async function viewOf(
  manifest: Manifest,
  own: string,
  { route, action }: { readonly route: string; readonly action: ViewWish["action"] },
  run: RunRoute,
  slot: string,
): Promise<View> {
  const above: Block[] = [];
  if (action !== null) {
    const done = await callSession(manifest, run, action.method, action.path, action.values);
    if (isView(done.body)) return presented(done.body);
    const notice = noticeOf(done.status, done.body);
    if (notice !== null) above.push(notice);
  }
  const [path = own, query = ""] = route.split("?");
  const context = new URLSearchParams(query);
  context.set("slot", slot);
  const { status, body } = await callSession(manifest, run, "GET", `${path}?${context}`, null);
  const refusal = status >= 400 && !isView(body) ? noticeOf(status, body) : null;
  const view = refusal === null ? presented(body) : { blocks: [refusal] };
  return { ...view, blocks: [...above, ...view.blocks] };
}

/** Views reach `session` routes and no other. */
async function callSession(
  { routes }: Manifest,
  run: RunRoute,
  method: string,
  address: string,
  body: Json,
): Promise<{ readonly status: number; readonly body: Json }> {
  const open = routes.filter(({ access }) => access === "session").map(({ method, path }) => `${method} ${path}`);
  if (matchRoute(open, method, address.split("?")[0] ?? "") === null)
    return { status: 404, body: { message: `No session route answers ${method} ${address}.` } };
  const reply = await run(method, address, body);
  if (!reply.ok) return { status: 502, body: { message: `${reply.error.code}: ${reply.error.message ?? ""}` } };
  const { status = 200, body: answered = null } = (reply.value ?? {}) as JsonObject & { status?: number };
  return { status, body: answered };
}

function presented(body: Json): View {
  const view = readView(body);
  if (view.ok) return view.value;
  const faults = view.problem.map(({ pointer, detail }) => `${pointer === "" ? "/" : pointer}: ${detail}`);
  return { blocks: [{ type: "alert", tone: "error", title: "view_invalid", text: faults.join("\n").slice(0, 1000) }] };
}
