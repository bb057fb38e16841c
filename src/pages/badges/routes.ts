import type { Hono } from "hono";
import { showPlugin } from "../../market/catalogue/show-plugin.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import { formatRating, formatShortCount } from "../format.ts";
import { textResponse } from "../respond.ts";
import { VISITOR, type VisitorEnv } from "../visitor.ts";
import { badgeSvg } from "./badge.ts";

const BADGES = {
  version: { label: "version", color: "#7e22ce", value: (plugin: PluginDetail) => plugin.version },
  rating: {
    label: "rating",
    color: "#92400e",
    value: ({ rating }: PluginDetail) =>
      rating.count === 0
        ? "none yet"
        : `${formatRating(rating.average, "en")} of 5 (${formatShortCount(rating.count, "en")})`,
  },
  installs: {
    label: "active installs",
    color: "#137a39",
    value: (plugin: PluginDetail) => formatShortCount(plugin.activeInstalls, "en"),
  },
} as const;

/** `/badges/{name}/version.svg`: for a publisher's own pages. Facts of the registry, of listed plugins only. */
export function registerBadges(app: Hono<VisitorEnv>): void {
  app.get("/badges/:name{[a-z][a-z0-9-]{0,63}}/:file{(?:version|rating|installs)\\.svg}", async (context) => {
    const what = context.req.param("file").replace(".svg", "") as keyof typeof BADGES;
    const found = await showPlugin(context.get("world"), { name: context.req.param("name") }, VISITOR);
    if (!found.ok || !found.value.listed) return context.notFound();
    const { label, color, value } = BADGES[what];
    return textResponse(context.req.raw, badgeSvg(label, value(found.value), color), "image/svg+xml; charset=utf-8", {
      "cross-origin-resource-policy": "cross-origin",
    });
  });
}
