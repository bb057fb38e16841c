import type { Hono } from "hono";
import { wrongInstanceFields } from "../../contract/console/instance-form.ts";
import { consolePaths } from "../../contract/console/paths.ts";
import { mayAs } from "../../domain/account/organization-rights.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { changeInstance } from "../../market/account/change-instance.ts";
import { registerInstance } from "../../market/account/register-instance.ts";
import { listDeliveries, replayDelivery } from "../../market/account/replay-webhook.ts";
import { rotateInstance } from "../../market/account/rotate-instance.ts";
import { type Connection, checkConnection } from "../../market/console/check-connection.ts";
import type { InstanceRow } from "../../market/console/ports.ts";
import { changeInstanceMode } from "../../market/execution/pull-actions.ts";
import { onForm } from "../account/on-form.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { wordsOf } from "../words/dictionary.ts";
import { type Language, languageOf } from "../words/language.ts";
import { ConfirmPage } from "./confirm.tsx";
import { type FormProblem, formProblem, invalidForm, statusOf } from "./form-problem.ts";
import { INSTANCE_FORM_WORDS, KEYS_WORDS } from "./instance-words.ts";
import {
  type Delivery,
  EditPage,
  type InstanceForm,
  InstancePage,
  InstancesPage,
  KeysPage,
  RegisterPage,
} from "./instances.tsx";
import { type ConsoleContext, ID, nowOf, onPage, partOf } from "./on-console.ts";

const DELIVERIES = 20;
const EMPTY: InstanceForm = { name: "", url: "", appVersion: "", webhookUrl: "", apiUrl: "", mode: "push" };

/** Instances: list, register, look at, change, check, rotate; and what they were sent. */
export function registerInstancePages(app: Hono<PersonalEnv>): void {
  onPage(app, consolePaths.instances(), async (context, { accountId }) => {
    const instances = await context.get("world").console.instances(accountId, nowOf(context));
    return privatePage(context, () => <InstancesPage instances={instances} />);
  });

  onPage(app, consolePaths.registerInstance(), (context) => privatePage(context, () => <RegisterPage form={EMPTY} />));

  onForm(app, consolePaths.registerInstance(), async (context, person, sent) => {
    const world = context.get("world");
    const form = readInstanceForm(sent);
    const language = languageOf(context.req.raw);
    const again = (problem: FormProblem) =>
      privatePage(context, () => <RegisterPage form={form} problem={problem} />, { status: statusOf(problem.reason) });
    const hostApiKey = sent.get("hostApiKey")?.trim() ?? "";
    const wrong = faultOf(form, hostApiKey, language);
    if (wrong !== null) return again(wrong);
    const base = form.url.replace(/\/+$/, "");
    const made = await registerInstance(world, person.accountId, {
      name: form.name,
      url: form.url,
      appVersion: form.appVersion,
      webhookUrl: form.webhookUrl === "" ? `${base}/api/webhooks/marketplace` : form.webhookUrl,
      ...(form.apiUrl === "" ? {} : { apiUrl: form.apiUrl }),
      ...(hostApiKey === "" ? {} : { hostApiKey }),
    });
    if (!made.ok) return again(formProblem(made.problem, wordsOf(INSTANCE_FORM_WORDS, language).labels, language));
    if (form.mode === "pull") await changeInstanceMode(world, made.value.instanceId, "pull");
    return privatePage(context, () => <KeysPage secrets={made.value} origin={world.site.origin} isRotated={false} />);
  });

  onPage(app, `/console/instances/${ID}`, (context, person) => showOne(context, person, null));

  onForm(app, `/console/instances/${ID}/check`, async (context, person) => {
    const row = await findInstance(context, person);
    if (row === null) return refusalPage(context, "NOT_FOUND", 404);
    const connection = await checkConnection(context.get("world"), row);
    return (await showOne(context, person, connection)) ?? refusalPage(context, "NOT_FOUND", 404);
  });

  onPage(app, `/console/instances/${ID}/edit`, async (context, person) => {
    const found = await findStored(context, person);
    if (found === null) return null;
    const { row, stored } = found;
    const { name, url, appVersion, webhookUrl, apiUrl } = stored;
    const form = { name, url, appVersion, webhookUrl, apiUrl, mode: row.isPull ? "pull" : "push" };
    const organizations = await organizationsOf(context, person, stored.accountId);
    return privatePage(context, () => <EditPage instance={stored} form={form} organizations={organizations} />);
  });

  onForm(app, `/console/instances/${ID}/edit`, async (context, person, sent) => {
    const world = context.get("world");
    const found = await findStored(context, person);
    if (found === null) return refusalPage(context, "NOT_FOUND", 404);
    const { row, stored } = found;
    const form = readInstanceForm(sent);
    const language = languageOf(context.req.raw);
    const organizations = await organizationsOf(context, person, stored.accountId);
    const again = (problem: FormProblem) =>
      privatePage(
        context,
        () => <EditPage instance={stored} form={form} organizations={organizations} problem={problem} />,
        { status: statusOf(problem.reason) },
      );
    const hostApiKey = sent.get("hostApiKey")?.trim() ?? "";
    const wrong = faultOf(form, hostApiKey, language);
    if (wrong !== null) return again(wrong);
    const organization = sent.get("organization");
    const { mode, ...fields } = form;
    const changed = await changeInstance(world, person, row.id, {
      ...fields,
      ...(hostApiKey === "" ? {} : { hostApiKey }),
      ...(organizations === null || organization === null ? {} : { organization: organization || null }),
    });
    if (!changed.ok)
      return again(formProblem(changed.problem, wordsOf(INSTANCE_FORM_WORDS, language).labels, language));
    if ((mode === "pull") !== row.isPull) await changeInstanceMode(world, row.id, mode === "pull" ? "pull" : "push");
    return seeOther(consolePaths.instance(row.id));
  });

  onPage(app, `/console/instances/${ID}/rotate`, async (context, person) => {
    const row = await findInstance(context, person);
    if (row === null) return null;
    const words = wordsOf(KEYS_WORDS, languageOf(context.req.raw));
    return privatePage(context, () => (
      <ConfirmPage
        at="instances"
        title={words.ask(row.name)}
        lead={words.askLead}
        button={words.make}
        to={consolePaths.rotateInstance(row.id)}
        back={consolePaths.instance(row.id)}
      />
    ));
  });

  onForm(
    app,
    `/console/instances/${ID}/rotate`,
    async (context, person) => {
      const world = context.get("world");
      const rotated = await rotateInstance(world, person, partOf(context, "id"));
      if (!rotated.ok) return refusalPage(context, "NOT_FOUND", 404);
      return privatePage(context, () => <KeysPage secrets={rotated.value} origin={world.site.origin} isRotated />);
    },
    true,
  );

  onForm(app, `/console/instances/${ID}/replay`, async (context, person, form) => {
    const delivery = form.get("delivery") ?? "";
    const id = partOf(context, "id");
    const replayed = /^[1-9][0-9]{0,14}$/.test(delivery)
      ? await replayDelivery(context.get("world"), { ...person, isOperator: false }, id, delivery)
      : null;
    return replayed?.ok ? seeOther(`${consolePaths.instance(id)}#notices`) : refusalPage(context, "NOT_FOUND", 404);
  });
}

async function showOne(
  context: ConsoleContext,
  person: SessionPrincipal,
  connection: Connection | null,
): Promise<Response | null> {
  const world = context.get("world");
  const found = await findStored(context, person);
  if (found === null) return null;
  const { row, stored } = found;
  const now = nowOf(context);
  const [installed, sent] = await Promise.all([
    world.console.installations(person.accountId, { instanceId: row.id, isReleased: false }, now),
    listDeliveries(world, person, row.id, { before: null, limit: DELIVERIES }),
  ]);
  const deliveries = sent.ok ? (sent.value as unknown as readonly Delivery[]) : [];
  return privatePage(context, () => <InstancePage view={{ row, stored, installed, deliveries, connection, now }} />);
}

/** The instance of the address, if this person manages it. */
async function findInstance(context: ConsoleContext, { accountId }: SessionPrincipal): Promise<InstanceRow | null> {
  const instances = await context.get("world").console.instances(accountId, nowOf(context));
  return instances.find(({ id }) => id === partOf(context, "id")) ?? null;
}

async function findStored(context: ConsoleContext, person: SessionPrincipal) {
  const row = await findInstance(context, person);
  const stored = row === null ? null : await context.get("world").instances.find(row.id);
  return row === null || stored === null ? null : { row, stored };
}

/** Whom the instance can be shared with; null where that is not this person's to say. */
async function organizationsOf(
  context: ConsoleContext,
  { accountId }: SessionPrincipal,
  registeredBy: string,
): Promise<readonly string[] | null> {
  if (accountId !== registeredBy) return null;
  const memberships = await context.get("world").accounts.memberships(accountId);
  return memberships.filter(({ role }) => mayAs(role, "publish")).map(({ handle }) => handle);
}

function readInstanceForm(sent: URLSearchParams): InstanceForm {
  const text = (name: string) => (sent.get(name) ?? "").trim();
  return {
    name: text("name"),
    url: text("url"),
    appVersion: text("appVersion"),
    webhookUrl: text("webhookUrl"),
    apiUrl: text("apiUrl"),
    mode: text("mode") === "pull" ? "pull" : "push",
  };
}

/** What the form still lacks, judged as the API judges the same values. */
function faultOf({ mode: _, ...form }: InstanceForm, hostApiKey: string, language: Language): FormProblem | null {
  const webhookUrl = form.webhookUrl === "" ? form.url : form.webhookUrl;
  const { apiUrl, ...rest } = form;
  const values = {
    ...rest,
    webhookUrl,
    ...(apiUrl === "" ? {} : { apiUrl }),
    ...(hostApiKey === "" ? {} : { hostApiKey }),
  };
  const wrong = wrongInstanceFields(values).filter((field) => field !== "webhookUrl" || form.webhookUrl !== "");
  const words = wordsOf(INSTANCE_FORM_WORDS, language);
  const labels: Readonly<Record<string, string>> = words.labels;
  const errors = wrong.map((field) => ({
    field,
    text: `${labels[field] ?? field}: ${words.wanted[field] ?? words.notAcceptable}`,
  }));
  return errors.length === 0 ? null : invalidForm(errors);
}
