import { type PluginContext, type RouteResponse, view } from "@rising-bsm/plugin-sdk";
import type { Score } from "./score.ts";

/** What is kept of a request that was rated. */
interface Lead extends Score {
  readonly name: string;
  readonly ratedAt: string;
}

const KEPT = "score:";
const SHOWN = 20;
/** Pages of a hundred that are looked at. */
const MAX_PAGES = 10;

/** Page and widget: how many leads of each grade there are, and the best of them, in blocks. */
export async function showLeads(context: PluginContext<"storage.read">): Promise<RouteResponse> {
  const leads = (await readLeads(context)).sort((a, b) => b.points - a.points || b.ratedAt.localeCompare(a.ratedAt));
  const count = (grade: Score["grade"]) => leads.filter((lead) => lead.grade === grade).length;
  return view([
    {
      type: "stats",
      items: [
        { label: "Hot", value: count("hot"), tone: "error" },
        { label: "Warm", value: count("warm"), tone: "warning" },
        { label: "Cold", value: count("cold"), tone: "info" },
      ],
    },
    {
      type: "table",
      caption: "Call these first",
      columns: [
        { key: "name", label: "Request" },
        { key: "points", label: "Points", align: "end" },
        { key: "reason", label: "Why" },
      ],
      rows: leads.slice(0, SHOWN).map(({ name, points, reasons }) => ({ name, points, reason: reasons[0] ?? "" })),
      empty: "No request was rated yet.",
    },
  ]);
}

async function readLeads({ storage }: PluginContext<"storage.read">): Promise<Lead[]> {
  const leads: Lead[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const found = await storage.list({ prefix: KEPT, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    for (const { value } of found.items) if (isLead(value)) leads.push(value);
    cursor = found.cursor;
    if (cursor === undefined) break;
  }
  return leads;
}

function isLead(value: unknown): value is Lead {
  return typeof value === "object" && value !== null && "points" in value && "grade" in value && "reasons" in value;
}
