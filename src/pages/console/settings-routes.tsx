import type { Hono } from "hono";
import { consolePaths } from "../../contract/console/paths.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { dropSecret, putSecret } from "../../market/execution/secrets.ts";
import { saveSettings, showSettings } from "../../market/execution/settings.ts";
import { onForm } from "../account/on-form.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { type FormProblem, formProblem, isAbsent, statusOf } from "./form-problem.ts";
import { ACTIVATION, type ConsoleContext, nowOf, onPage, partOf } from "./on-console.ts";
import { SettingsPage } from "./settings.tsx";
import { fieldName, readSettingValues } from "./settings-values.ts";

const PATH = `/console/plugins/${ACTIVATION}/settings`;

/** Settings and secrets of an installation. */
export function registerSettingsPages(app: Hono<PersonalEnv>): void {
  onPage(app, PATH, (context, person) =>
    draw(context, person, { isSaved: new URL(context.req.url).searchParams.has("saved") }),
  );

  onForm(app, PATH, async (context, person, form) => {
    const world = context.get("world");
    const { accountId } = person;
    const activationId = partOf(context, "act");
    const view = await showSettings(world, { accountId }, activationId);
    if (!view.ok) return refusalPage(context, "NOT_FOUND", 404);
    const typed = readSettingValues(view.value.fields, form);
    const saved = await saveSettings(world, { accountId }, activationId, typed);
    if (saved.ok) return seeOther(`${consolePaths.settings(activationId)}?saved=1`);
    if (isAbsent(saved.problem.reason)) return refusalPage(context, "NOT_FOUND", 404);
    const labels = Object.fromEntries(view.value.fields.map(({ key, label }) => [key, label]));
    const problem = formProblem(saved.problem, labels);
    const named = { ...problem, errors: problem.errors.map(({ field, text }) => ({ field: fieldName(field), text })) };
    return (await draw(context, person, { typed, problem: named })) ?? refusalPage(context, "NOT_FOUND", 404);
  });

  onForm(app, `/console/plugins/${ACTIVATION}/secret`, async (context, person, form) => {
    const world = context.get("world");
    const owner = { accountId: person.accountId };
    const activationId = partOf(context, "act");
    const key = form.get("key") ?? "";
    const kept = form.has("drop")
      ? await dropSecret(world, owner, activationId, key)
      : await putSecret(world, owner, activationId, key, form.get(fieldName(key)) ?? "");
    if (kept.ok) return seeOther(`${consolePaths.settings(activationId)}?saved=1`);
    if (isAbsent(kept.problem.reason)) return refusalPage(context, "NOT_FOUND", 404);
    const { errors, ...rest } = formProblem(kept.problem);
    const named = errors.map(({ text }) => ({ field: fieldName(key), text: text.replace(/^value: /, "The secret: ") }));
    return (
      (await draw(context, person, { problem: { ...rest, errors: named } })) ?? refusalPage(context, "NOT_FOUND", 404)
    );
  });
}

async function draw(
  context: ConsoleContext,
  { accountId }: SessionPrincipal,
  shown: { readonly typed?: JsonObject; readonly problem?: FormProblem; readonly isSaved?: boolean },
): Promise<Response | null> {
  const world = context.get("world");
  const activationId = partOf(context, "act");
  const [row] = await world.console.installations(accountId, { activationId }, nowOf(context));
  const view = row === undefined ? null : await showSettings(world, { accountId }, activationId);
  if (row === undefined || !view?.ok) return null;
  const options = shown.problem === undefined ? {} : { status: statusOf(shown.problem.reason) };
  return privatePage(context, () => <SettingsPage row={row} view={view.value} {...shown} />, options);
}
