import type { Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import type { Advisory } from "../../domain/advisory/advisory.ts";
import { listAdvisories, showAdvisory } from "../../market/advisory/show-advisories.ts";
import { atomText, type Feed, jsonText } from "../feeds/feed.ts";
import { textResponse } from "../respond.ts";
import type { Answers, VisitorEnv } from "../visitor.ts";
import { AdvisoriesPage, AdvisoryPage } from "./page.tsx";

const PER_PAGE = 50;
const ID = "RBSM-[0-9]{4}-[1-9][0-9]{0,9}";
const AFTER = new RegExp(`^${ID}$`);
const KINDS = { atom: "application/atom+xml; charset=utf-8", json: "application/feed+json; charset=utf-8" } as const;

/** Confirmed flaws for people, and as feeds. */
export function registerAdvisoryPages(app: Hono<VisitorEnv>, answers: Answers): void {
  app.get(paths.advisories(), (context) => {
    const asked = context.req.query("after") ?? "";
    const after = AFTER.test(asked) ? asked : null;
    return answers.keep(
      context,
      async () => {
        const page = await listAdvisories(context.get("world"), { plugin: null, after, limit: PER_PAGE });
        return page.ok ? page.value : null;
      },
      ({ advisories, next }) => <AdvisoriesPage advisories={advisories} next={next} />,
      after ?? "",
    );
  });

  app.get("/advisories/:file{feed\\.(?:atom|json)}", async (context) => {
    const world = context.get("world");
    const kind = context.req.param("file") === "feed.json" ? "json" : "atom";
    const page = await listAdvisories(world, { plugin: null, after: null, limit: PER_PAGE });
    const { origin } = world.site;
    const feed: Feed = {
      title: "Security advisories – Rising BSM Marketplace",
      page: origin + paths.advisories(),
      self: origin + paths.advisoryFeed(kind),
      entries: (page.ok ? page.value.advisories : []).map((advisory) => entryOf(advisory, origin)),
    };
    const text = kind === "json" ? jsonText(feed, origin) : atomText(feed, origin);
    return textResponse(context.req.raw, text, KINDS[kind]);
  });

  app.get(`/advisories/:id{${ID}}`, (context) =>
    answers.keep(
      context,
      async () => {
        const found = await showAdvisory(context.get("world"), context.req.param("id"));
        return found.ok ? found.value : null;
      },
      (advisory) => <AdvisoryPage advisory={advisory} />,
    ),
  );
}

function entryOf({ id, plugin, publisher, summary, details, fixed, affected, ...rest }: Advisory, origin: string) {
  return {
    page: origin + paths.advisory(id),
    title: `${id}: ${plugin} ${affected}`,
    author: { name: publisher, page: origin + paths.publisher(publisher) },
    summary,
    lines: [details, fixed === null ? "" : `Fixed in ${fixed}`].filter((line) => line !== ""),
    tags: [plugin],
    at: rest.updatedAt,
  };
}
