import type { Hono } from "hono";
import { UI_OPERATIONS } from "../../contract/execution/ui-operations.ts";
import { paths } from "../../contract/paths.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { readTheme } from "../../domain/ui/messages.ts";
import { renderView } from "../../domain/ui/render.ts";
import { renderSlot } from "../../market/execution/render-slot.ts";
import { issueTicket } from "../../market/execution/ui-tickets.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { installationOwner } from "./installation-owner.ts";

/** Views of plugins, as the server of an instance asks for them. */
export function registerUiRoutes(app: Hono<ApiEnv>): void {
  route(app, UI_OPERATIONS.createUiTicket, async ({ world, principal, params, body }) => {
    const theme = readTheme({ rbsm: 1, theme: body.theme ?? {} }) ?? { mode: "light", tokens: {} };
    const wish = { slot: body.slot, user: body.user, entityId: body.entityId ?? null, theme };
    const issued = await issueTicket(world, installationOwner(principal), params.installationId ?? "", wish);
    if (!issued.ok) return issued;
    const { ticket, slot, validUntil } = issued.value;
    const refresh = slot.refreshSeconds === undefined ? {} : { refreshSeconds: slot.refreshSeconds };
    return ok({
      status: 201,
      body: {
        ticket,
        url: `${world.site.assetsOrigin ?? world.site.origin}${paths.pluginView(ticket)}`,
        view: slot.view.file === undefined ? "blocks" : "frame",
        title: slot.title,
        ...refresh,
        expiresAt: isoTime(validUntil),
      },
    });
  });

  route(app, UI_OPERATIONS.renderUiSlot, async ({ world, principal, params, body }) => {
    const [method = "", path = ""] = (body.action ?? "").split(" ");
    const action = body.action === undefined ? null : { method, path, values: { ...body.values } };
    const wish = { user: body.user, entityId: body.entityId ?? null, route: body.route ?? null, action };
    const { installationId = "", slot = "" } = params;
    const shown = await renderSlot(world, installationOwner(principal), installationId, slot, wish);
    if (!shown.ok) return shown;
    const { view, route: current } = shown.value;
    const html = renderView(view, { address: body.address ?? "", route: current });
    // Opened by itself it is a stranger's text on our origin: no script, no origin.
    return new Response(html, {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "private, no-store",
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
      },
    });
  });
}
