import type { Hono } from "hono";
import { REPORT_KINDS } from "../../domain/release/reports.ts";
import { parseVersion } from "../../domain/release/version.ts";
import { showPluginCard } from "../../market/catalogue/show-plugin.ts";
import type { PluginCard } from "../../market/catalogue/views.ts";
import { reportPlugin } from "../../market/moderation/report-plugin.ts";
import { readForm } from "../account/session.ts";
import { errorPageResponse, readerOf, render } from "../respond.ts";
import { type Answers, VISITOR, type VisitorContext, type VisitorEnv } from "../visitor.ts";
import { EMPTY_REPORT, MAX_REPORT_CHARS, ReportedPage, type ReportForm, ReportPage } from "./report.tsx";

const PATH = "/plugins/:name{[a-z][a-z0-9-]{0,63}}/report";

/** A report needs no account, but it must come from our own form: other sites cannot make their visitors report. */
export function registerReportPages(app: Hono<VisitorEnv>, answers: Answers): void {
  app.get(PATH, async (context) => {
    const plugin = await pluginOf(context);
    return plugin === null
      ? context.notFound()
      : answers.show(context, <ReportPage plugin={plugin} form={EMPTY_REPORT} />);
  });

  app.post(PATH, async (context) => {
    const fields = await readForm(context);
    if (fields instanceof Response) return fields;
    const plugin = await pluginOf(context);
    if (plugin === null) return context.notFound();
    const form = readReport(fields);
    const kind = REPORT_KINDS.find((known) => known === form.kind);
    if (form.problem !== null || kind === undefined) return refused(context, plugin, form, 422);
    const wish = {
      plugin: plugin.name,
      version: parseVersion(form.version) === null ? null : form.version,
      kind,
      text: form.text,
      email: form.email === "" ? null : form.email,
    };
    const made = await reportPlugin(context.get("world"), context.req.header("cf-connecting-ip") ?? "", wish);
    if (!made.ok)
      return made.problem.reason === "quota_reports"
        ? refused(context, plugin, { ...form, problem: "quota" }, 429)
        : context.notFound();
    const { reportId, dueAt } = made.value;
    return answer(context, <ReportedPage plugin={plugin} number={reportId} dueAt={dueAt} />, 200);
  });
}

async function pluginOf(context: VisitorContext): Promise<PluginCard | null> {
  const found = await showPluginCard(context.get("world"), { name: context.req.param("name") ?? "" }, VISITOR);
  return found.ok ? found.value : null;
}

function readReport(fields: URLSearchParams): ReportForm {
  const text = (fields.get("text") ?? "").toWellFormed().replaceAll("\r\n", "\n").trim();
  const email = (fields.get("email") ?? "").trim();
  const kind = fields.get("kind") ?? "";
  const problem = !REPORT_KINDS.some((known) => known === kind)
    ? "kind"
    : text.length < 10 || text.length > MAX_REPORT_CHARS
      ? "text"
      : email !== "" && !/^[^\s@]{1,64}@[^\s@]+\.[^\s@]{2,}$/.test(email.slice(0, 255))
        ? "email"
        : null;
  return { kind, text: text.slice(0, MAX_REPORT_CHARS), email, version: (fields.get("version") ?? "").trim(), problem };
}

function refused(context: VisitorContext, plugin: PluginCard, form: ReportForm, status: number): Promise<Response> {
  return answer(context, <ReportPage plugin={plugin} form={form} />, status);
}

async function answer(context: VisitorContext, tree: Parameters<typeof render>[0], status: number): Promise<Response> {
  return errorPageResponse(await render(tree, readerOf(context.req.raw, context.get("world"))), status);
}
