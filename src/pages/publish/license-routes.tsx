import type { Hono } from "hono";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { TIERS } from "../../domain/manifest/permissions.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import { exportEvents } from "../../market/license/audit-export.ts";
import { changeLicense, type LicenseAct } from "../../market/license/change-license.ts";
import { issueLicense } from "../../market/license/issue-license.ts";
import type { IssuedLicense, OwnPlugin } from "../../market/publisher/ports.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, invalidForm, statusOf } from "../console/form-problem.ts";
import { jsonLines } from "../console/json-lines.ts";
import { idIn } from "../console/on-console.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import {
  type HistoryLine,
  LICENSE_STATES,
  LicenseKeyPage,
  LicensePage,
  LicensesPage,
  NewLicensePage,
} from "./licenses.tsx";
import { ID, onMember, onMemberForm, type PublishContext, type Seat } from "./on-publish.ts";
import { LICENSE_WORDS } from "./sales-words.ts";

const BASE = `/licenses/${ID}`;
const A_PAGE = 25;
const SHOWN_EVENTS = 200;
const EVENTS_A_READ = 500;
const MAX_DAYS = 3650;

/** Licenses of an organization's plugins: looked through, issued, held and ended. */
export function registerLicensePages(app: Hono<PersonalEnv>): void {
  onMember(app, "/licenses", "license", async (context, seat) => {
    const { searchParams } = new URL(context.req.url);
    const state = LICENSE_STATES.find((one) => one === searchParams.get("state"));
    const pluginId = idIn(searchParams.get("plugin")) ?? undefined;
    const page = Number(idIn(searchParams.get("page")) ?? "1");
    const { publishing } = context.get("world");
    const now = nowOf(context);
    const [issued, plugins] = await Promise.all([
      publishing.licenses(seat.member.id, { pluginId, state, page, limit: A_PAGE }, now),
      publishing.plugins(seat.member.id, now),
    ]);
    const filter = { pluginId, state, page };
    return privatePage(context, () => (
      <LicensesPage seat={seat} issued={issued} plugins={plugins} filter={filter} limit={A_PAGE} now={now} />
    ));
  });

  onMember(app, "/licenses/new", "license", async (context, seat) => {
    const plugins = await publishedPlugins(context, seat);
    return privatePage(context, () => <NewLicensePage seat={seat} plugins={plugins} />);
  });
  onMemberForm(app, "/licenses/new", "license", issue);

  onMember(app, BASE, "license", (context, seat) => drawLicense(context, seat));
  onMember(app, `${BASE}/events.jsonl`, "license", async (context, seat) => {
    const license = await findLicense(context, seat);
    if (license === null) return null;
    return jsonLines(`license-${license.id}.jsonl`, async (after: number) => {
      const page = await exportEvents(context.get("world"), seat.person, license.id, { after, limit: EVENTS_A_READ });
      const rows = page.ok ? page.value : [];
      return { rows, next: rows.length < EVENTS_A_READ ? null : Number(rows.at(-1)?.seq) };
    });
  });

  onAct(app, "suspend", (form) => reasoned(form, "suspend"));
  onAct(app, "revoke", (form) => reasoned(form, "revoke"));
  onAct(app, "reactivate", () => ({ kind: "reactivate", extend: true }));
  onAct(app, "renew", (form) => {
    const days = Number(form.get("days"));
    return Number.isInteger(days) && days >= 1 && days <= MAX_DAYS ? { kind: "renew", days } : "days";
  });
}

function reasoned(form: URLSearchParams, kind: "suspend" | "revoke"): LicenseAct | string {
  const reason = form.get(`${kind}-reason`)?.trim() ?? "";
  return reason.length >= 3 && reason.length <= 200 ? { kind, reason } : `${kind}-reason`;
}

/** `read` says what is asked, or which field is wrong. */
function onAct(app: Hono<PersonalEnv>, act: string, read: (form: URLSearchParams) => LicenseAct | string): void {
  onMemberForm(app, `${BASE}/${act}`, "license", async (context, seat, form) => {
    const license = await findLicense(context, seat);
    if (license === null) return refusalPage(context, "NOT_FOUND", 404);
    const wish = read(form);
    const words = wordsOf(LICENSE_WORDS, languageOf(context.req.raw));
    const changed =
      typeof wish === "string"
        ? null
        : await changeLicense(context.get("world"), seat.person, { licenseId: license.id }, wish);
    if (changed?.ok) return seeOther(publisherPaths.license(seat.member.handle, license.id));
    const problem =
      changed === null
        ? invalidForm([
            { field: String(wish), text: wish === "days" ? `${words.days}: 1–${MAX_DAYS}` : `${words.reason}: 3–200` },
          ])
        : formProblem(changed.problem);
    return (await drawLicense(context, seat, problem)) ?? refusalPage(context, "NOT_FOUND", 404);
  });
}

async function issue(context: PublishContext, seat: Seat, form: URLSearchParams): Promise<Response> {
  const world = context.get("world");
  const words = wordsOf(LICENSE_WORDS, languageOf(context.req.raw));
  const plugins = await publishedPlugins(context, seat);
  const plugin = plugins.find(({ id }) => id === form.get("plugin"));
  const type = TIERS.find((tier) => tier === form.get("tier"));
  const instanceId = idIn(form.get("instance")?.trim());
  const userId = idIn(form.get("user")?.trim());
  const days = form.get("days")?.trim() ?? "";
  const seats = form.get("seats")?.trim() ?? "";
  const again = (problem: FormProblem) =>
    privatePage(context, () => <NewLicensePage seat={seat} plugins={plugins} typed={form} problem={problem} />, {
      status: statusOf(problem.reason),
    });
  const errors = [
    ...(plugin === undefined ? [{ field: "plugin", text: words.plugin }] : []),
    ...(instanceId === null ? [{ field: "instance", text: `${words.instance}: 1, 2, 3 …` }] : []),
    ...(userId === null ? [{ field: "user", text: `${words.user}: 1, 2, 3 …` }] : []),
    ...(isCount(days, MAX_DAYS) ? [] : [{ field: "days", text: `${words.days}: 1–${MAX_DAYS}` }]),
    ...(isCount(seats, 100_000) ? [] : [{ field: "seats", text: `${words.seats}: 1–100000` }]),
  ];
  if (plugin === undefined || type === undefined || instanceId === null || userId === null || errors.length > 0)
    return again(invalidForm(errors));
  const issued = await issueLicense(world, seat.person, {
    pluginId: plugin.id,
    instanceId,
    userId,
    type,
    ...(days === "" ? {} : { expiresAt: nowOf(context) + Number(days) * DAY }),
    wanted: seats === "" ? {} : { maxInstalls: Number(seats) },
  });
  if (!issued.ok) return again(formProblem(issued.problem));
  const { id, licenseKey = "" } = issued.value;
  return privatePage(context, () => <LicenseKeyPage seat={seat} id={id} licenseKey={licenseKey} />);
}

function isCount(text: string, max: number): boolean {
  return text === "" || (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= max);
}

async function drawLicense(context: PublishContext, seat: Seat, problem?: FormProblem): Promise<Response | null> {
  const license = await findLicense(context, seat);
  if (license === null) return null;
  const page = { after: 0, limit: SHOWN_EVENTS };
  const events = await exportEvents(context.get("world"), seat.person, license.id, page);
  const history = events.ok ? (events.value as unknown as readonly HistoryLine[]).toReversed() : [];
  const now = nowOf(context);
  return privatePage(
    context,
    () => <LicensePage seat={seat} license={license} history={history} now={now} problem={problem} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

/** A license of this organization's plugins; any other is absent, also where the person may see it elsewhere. */
async function findLicense(context: PublishContext, { member }: Seat): Promise<IssuedLicense | null> {
  const wanted = { licenseId: context.req.param("id") ?? "0", page: 1, limit: 1 };
  const { items } = await context.get("world").publishing.licenses(member.id, wanted, nowOf(context));
  return items[0] ?? null;
}

async function publishedPlugins(context: PublishContext, { member }: Seat): Promise<readonly OwnPlugin[]> {
  const plugins = await context.get("world").publishing.plugins(member.id, nowOf(context));
  return plugins.filter(({ latestVersion }) => latestVersion !== null);
}

function nowOf(context: PublishContext): number {
  return unixSeconds(context.get("world").clock.now());
}
