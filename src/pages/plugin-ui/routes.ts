import type { Context, Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import { SENTENCES } from "../../contract/sentences.ts";
import type { Json } from "../../domain/json/json.ts";
import { parseJson } from "../../domain/json/strict.ts";
import type { Reason } from "../../domain/reasons.ts";
import { unixSeconds } from "../../domain/time.ts";
import { escapeHtml } from "../../domain/ui/escape.ts";
import { MAX_MESSAGE_CHARACTERS, readCall } from "../../domain/ui/messages.ts";
import { readPostedForm, readViewRoute } from "../../domain/ui/posted.ts";
import { ROUTE_FIELD, renderView } from "../../domain/ui/render.ts";
import { showUiFile } from "../../market/execution/show-ui-file.ts";
import { callRoute, showView, type ViewWish } from "../../market/execution/show-view.ts";
import { filesKey, type OpenTicket, openTicket } from "../../market/execution/ui-tickets.ts";
import type { World } from "../../market/ports.ts";
import { viewResponse } from "./view-page.ts";

interface UiEnv {
  Variables: { readonly world: World; readonly requestId: string };
}

const MAX_FORM_BYTES = 65_536;

/**
 * Views of plugins in a browser. The ticket in the address is the only credential: no cookie is read here, and none is
 * sent by the browser to the assets origin.
 */
export function registerPluginUi<E extends UiEnv>(app: Hono<E>): void {
  app.get("/ui/files/:key/:path{.+}", (context) =>
    answerFile(context, context.req.param("key"), context.req.param("path")),
  );
  app.get("/ui/:ticket{uit_[A-Za-z0-9_-]+}", (context) => answerView(context, context.req.param("ticket")));
  app.post("/ui/:ticket{uit_[A-Za-z0-9_-]+}", (context) => answerView(context, context.req.param("ticket")));
  app.post("/ui/:ticket{uit_[A-Za-z0-9_-]+}/call", (context) => answerCall(context, context.req.param("ticket")));
}

async function answerView<E extends UiEnv>(context: Context<E>, ticket: string): Promise<Response> {
  const { world } = context.var as UiEnv["Variables"];
  if (!isAssetsHost(world, context.req.url)) return refused("ui_ticket_not_found", 404);
  const opened = await openTicket(world, { ticket });
  if (!opened.ok) return refused(opened.problem.reason, opened.problem.reason === "ui_ticket_not_found" ? 404 : 403);
  if (opened.value.slot.view.file !== undefined) return answerFrame(world, opened.value, ticket);
  const wish = await readWish(context.req.raw, opened.value);
  if (wish === null) return refused("BODY_INVALID", 400);
  const { installation, slot, ticket: held } = opened.value;
  const shown = await showView(world, installation, slot, wish);
  if (!shown.ok) return refused(shown.problem.reason, 502, held.hostOrigin);
  const address = paths.pluginView(ticket);
  const body = renderView(shown.value.view, { address, route: shown.value.route });
  return viewResponse({ title: slot.title, body, theme: held.theme, hostOrigin: held.hostOrigin });
}

/** The plugin's own page in a frame without origin; nothing but its own files may ever be shown in it. */
async function answerFrame(world: World, { slot, ticket }: OpenTicket, secret: string): Promise<Response> {
  const key = await filesKey(secret);
  const file = paths.pluginFile(key, slot.view.file ?? "");
  const frameSources = `${assetsOrigin(world)}${paths.pluginFile(key, "ui")}/`;
  const body = `<iframe title="${escapeHtml(slot.title)}" sandbox="allow-scripts" referrerpolicy="no-referrer" src="${escapeHtml(file)}"></iframe>`;
  const data = {
    call: `${paths.pluginView(secret)}/call`,
    theme: JSON.stringify(ticket.theme),
    slot: slot.name,
    ...(ticket.entityId === null ? {} : { entity: ticket.entityId }),
  };
  return viewResponse(
    { title: slot.title, body, theme: ticket.theme, hostOrigin: ticket.hostOrigin, data },
    { frameSources },
  );
}

/** What the frame asked for over its bridge; only our own page around it can get here, for it alone knows the ticket. */
async function answerCall<E extends UiEnv>(context: Context<E>, ticket: string): Promise<Response> {
  const { world } = context.var as UiEnv["Variables"];
  const opened = isAssetsHost(world, context.req.url) ? await openTicket(world, { ticket }) : null;
  if (opened === null || !opened.ok) return json(404, refusal(opened?.problem.reason ?? "ui_ticket_not_found"));
  const text = await readText(context.req.raw, MAX_MESSAGE_CHARACTERS);
  const parsed = text === null ? null : parseJson(text, { maxDepth: 16, numbers: "any" });
  const call = parsed?.ok ? readCall(parsed.value) : null;
  if (call === null) return json(400, refusal("BODY_INVALID"));
  const { installation, ticket: held } = opened.value;
  const wish = { method: call.method, path: call.path, body: (call.body ?? null) as Json };
  const done = await callRoute(world, installation, held.user, wish);
  if (done.ok) return json(200, done.value);
  const { reason } = done.problem;
  return json(200, { status: CALL_STATUS[reason], body: refusal(reason) });
}

const CALL_STATUS = {
  RATE_LIMITED: 429,
  plugin_stopped: 503,
  plugin_failed: 502,
  plugin_timeout: 504,
  PERMISSION_DENIED: 403,
  route_not_found: 404,
} as const;

async function answerFile<E extends UiEnv>(context: Context<E>, key: string, path: string): Promise<Response> {
  const { world } = context.var as UiEnv["Variables"];
  if (!isAssetsHost(world, context.req.url)) return refused("NOT_FOUND", 404);
  const file = await showUiFile(world, key, path);
  if (!file.ok) return refused("NOT_FOUND", 404);
  const { bytes, mediaType, validUntil, hostOrigin } = file.value;
  const own = `${assetsOrigin(world)}${paths.pluginFile(key, "ui")}/`;
  return new Response(bytes, {
    headers: {
      "content-type": mediaType,
      "cache-control": `private, max-age=${Math.max(0, validUntil - unixSeconds(world.clock.now()))}`,
      // An origin of its own, whatever shows it; its own files and no network.
      "content-security-policy": `sandbox allow-scripts; default-src 'none'; script-src ${own}; style-src ${own}; img-src ${own} data:; font-src ${own}; base-uri 'none'; form-action 'none'; frame-ancestors ${assetsOrigin(world)} ${hostOrigin}`,
      // Modules and fonts of a page without origin are read across origins; the key in the address is what opens them.
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-dns-prefetch-control": "off",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    },
  });
}

async function readWish(request: Request, { ticket }: OpenTicket): Promise<ViewWish | null> {
  const { user, entityId } = ticket;
  if (request.method !== "POST")
    return { user, entityId, route: readViewRoute(new URL(request.url).searchParams.get(ROUTE_FIELD)), action: null };
  const text = await readText(request, MAX_FORM_BYTES);
  if (text === null) return null;
  const posted = readPostedForm(text);
  return posted && { user, entityId, ...posted };
}

async function readText(request: Request, maxBytes: number): Promise<string | null> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return null;
  const bytes = await request.arrayBuffer();
  return bytes.byteLength > maxBytes ? null : new TextDecoder().decode(bytes);
}

function assetsOrigin(world: World): string {
  return world.site.assetsOrigin ?? world.site.origin;
}

/** Only there: elsewhere a browser might have a session. */
function isAssetsHost(world: World, url: string): boolean {
  return new URL(url).host === new URL(assetsOrigin(world)).host;
}

/** Said inside the host's page, so it may be shown anywhere: it holds nothing. */
function refused(reason: Reason, status: number, hostOrigin: string | null = null): Promise<Response> {
  const body = `<div class="rbsm-view"><div class="rbsm-alert rbsm-error" role="alert" data-code="${reason}">${escapeHtml(SENTENCES[reason])}</div></div>`;
  return viewResponse(
    { title: "Not available", body, theme: { mode: "light", tokens: {} }, hostOrigin: hostOrigin ?? "*" },
    { status },
  );
}

function refusal(reason: Reason): { readonly code: string; readonly message: string } {
  return { code: reason, message: SENTENCES[reason] };
}

function json(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff" },
  });
}
