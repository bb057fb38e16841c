import type { Hono } from "hono";
import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { SOLD_TIERS } from "../../domain/sales/order.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { showPlugin } from "../../market/catalogue/show-plugin.ts";
import type { LicenseRow } from "../../market/console/ports.ts";
import { exportEvents } from "../../market/license/audit-export.ts";
import { evictInstallation } from "../../market/license/evict-installation.ts";
import { makeCode } from "../../market/license/offline-codes.ts";
import { rotateKey } from "../../market/license/rotate-key.ts";
import { acceptTransfer, offerTransfer } from "../../market/license/transfer-between.ts";
import { openOrder } from "../../market/sales/open-order.ts";
import { type FormAct, onForm } from "../account/on-form.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { ConfirmPage } from "./confirm.tsx";
import { type FormProblem, formProblem, invalidForm, isAbsent, statusOf } from "./form-problem.ts";
import { jsonLines } from "./json-lines.ts";
import { LICENSE_ACT_WORDS } from "./license-words.ts";
import {
  type LicenseEventLine,
  LicensePage,
  LicensesPage,
  NewKeyPage,
  OfflinePage,
  TransferPage,
} from "./licenses.tsx";
import { type ConsoleContext, ID, idIn, nowOf, onPage, partOf } from "./on-console.ts";

const BASE = `/console/licenses/${ID}`;
const SHOWN_EVENTS = 200;
const EVENTS_A_READ = 500;
const OVERLAP_DAYS = 7;
const SEAT = /^act_[0-9A-HJKMNP-TV-Z]{20}$/;

/** Licenses: seats, orders, transfer, keys, offline files, events. */
export function registerLicensePages(app: Hono<PersonalEnv>): void {
  onPage(app, consolePaths.licenses(), async (context, { accountId }) => {
    const reads = context.get("world").console;
    const now = nowOf(context);
    const [licenses, offers] = await Promise.all([reads.licenses(accountId, {}, now), reads.offers(accountId, now)]);
    return privatePage(context, () => <LicensesPage licenses={licenses} offers={offers} now={now} />);
  });

  onPage(app, BASE, (context, person) => showOne(context, person));

  onPage(app, `${BASE}/events.jsonl`, async (context, person) => {
    const world = context.get("world");
    const id = partOf(context, "id");
    if ((await findLicense(context, person)) === null) return null;
    return jsonLines(`license-${id}.jsonl`, async (after: number) => {
      const page = await exportEvents(world, person, id, { after, limit: EVENTS_A_READ });
      const rows = page.ok ? page.value : [];
      return { rows, next: rows.length < EVENTS_A_READ ? null : Number(rows.at(-1)?.seq) };
    });
  });

  onLicense(app, "order", async (context, person, form, license) => {
    const tier = SOLD_TIERS.find((one) => one === form.get("tier"));
    const coupon = form.get("coupon")?.trim() ?? "";
    if (tier === undefined) return refusalPage(context, "VALIDATION_ERROR", 422);
    const opened = await openOrder(context.get("world"), person, {
      pluginId: license.plugin.id,
      instanceId: license.instance.id,
      userId: license.userId,
      tier,
      ...(coupon === "" ? {} : { coupon }),
    });
    return opened.ok
      ? seeOther(paths.checkout(opened.value.facts.order.id))
      : again(context, person, formProblem(opened.problem));
  });

  onPage(app, `${BASE}/evict`, async (context, person) => {
    const license = await findLicense(context, person);
    const seat = new URL(context.req.url).searchParams.get("seat") ?? "";
    if (license === null || !SEAT.test(seat)) return null;
    const words = wordsOf(LICENSE_ACT_WORDS, languageOf(context.req.raw));
    return privatePage(context, () => (
      <ConfirmPage
        at="licenses"
        title={words.evict}
        lead={words.evictLead}
        button={words.evictButton}
        to={consolePaths.licenseEvict(license.id)}
        back={consolePaths.license(license.id)}
        fields={{ seat }}
      />
    ));
  });

  onLicense(app, "evict", async (context, person, form, license) => {
    const world = context.get("world");
    const seat = form.get("seat") ?? "";
    const now = nowOf(context);
    const seats = await world.console.installations(person.accountId, { licenseId: license.id }, now);
    if (!seats.some(({ activationId }) => activationId === seat)) return refusalPage(context, "NOT_FOUND", 404);
    const { evicted: reason } = wordsOf(LICENSE_ACT_WORDS, languageOf(context.req.raw));
    const evicted = await evictInstallation(world, person, seat, reason);
    return evicted.ok
      ? seeOther(consolePaths.license(license.id))
      : again(context, person, formProblem(evicted.problem));
  });

  onPage(app, `${BASE}/key`, async (context, person) => {
    const license = await findLicense(context, person);
    if (license === null) return null;
    const words = wordsOf(LICENSE_ACT_WORDS, languageOf(context.req.raw));
    return privatePage(context, () => (
      <ConfirmPage
        at="licenses"
        title={words.rotate}
        lead={words.rotateLead(OVERLAP_DAYS)}
        button={words.rotateButton}
        to={consolePaths.licenseKey(license.id)}
        back={consolePaths.license(license.id)}
      />
    ));
  });

  onLicense(
    app,
    "key",
    async (context, person, _, license) => {
      const made = await rotateKey(context.get("world"), person, license.id, OVERLAP_DAYS);
      if (!made.ok) return again(context, person, formProblem(made.problem));
      const { licenseKey = "", oldKeyUntil } = made.value;
      return privatePage(context, () => (
        <NewKeyPage license={license} licenseKey={licenseKey} oldUntil={oldKeyUntil} />
      ));
    },
    true,
  );

  onPage(app, `${BASE}/transfer`, async (context, person) => {
    const license = await findLicense(context, person);
    return license === null ? null : drawTransfer(context, person, license, { instance: "", user: "1" });
  });

  onLicense(
    app,
    "transfer",
    async (context, person, form, license) => {
      const typed = { instance: form.get("instance")?.trim() ?? "", user: form.get("user")?.trim() ?? "" };
      const words = wordsOf(LICENSE_ACT_WORDS, languageOf(context.req.raw));
      const errors = [
        ...(idIn(typed.instance) === null ? [{ field: "instance", text: words.instanceWanted }] : []),
        ...(idIn(typed.user) === null ? [{ field: "user", text: words.userWanted }] : []),
      ];
      if (errors.length > 0) return drawTransfer(context, person, license, typed, invalidForm(errors));
      const to = { instanceId: typed.instance, userId: typed.user };
      const offered = await offerTransfer(context.get("world"), person, license.id, to);
      return offered.ok
        ? seeOther(consolePaths.license(license.id))
        : drawTransfer(context, person, license, typed, formProblem(offered.problem));
    },
    true,
  );

  onPage(app, `${BASE}/accept`, async (context, { accountId }) => {
    const offers = await context.get("world").console.offers(accountId, nowOf(context));
    const offer = offers.find(({ licenseId }) => licenseId === partOf(context, "id"));
    if (offer === undefined) return null;
    const words = wordsOf(LICENSE_ACT_WORDS, languageOf(context.req.raw));
    return privatePage(context, () => (
      <ConfirmPage
        at="licenses"
        title={words.accept(offer.plugin.displayName)}
        lead={words.acceptLead(offer.toInstanceName ?? words.yourInstance)}
        button={words.acceptButton}
        to={consolePaths.licenseAccept(offer.licenseId)}
        back={consolePaths.licenses()}
      />
    ));
  });

  onForm(app, `${BASE}/accept`, async (context, person) => {
    const id = partOf(context, "id");
    const taken = await acceptTransfer(context.get("world"), person, id);
    if (!taken.ok) return refused(context, taken.problem);
    const license = await findLicense(context, person);
    const { licenseKey = "" } = taken.value;
    if (license === null) return seeOther(consolePaths.licenses());
    return privatePage(context, () => <NewKeyPage license={license} licenseKey={licenseKey} oldUntil={null} />);
  });

  onPage(app, `${BASE}/offline`, async (context, person) => {
    const license = await findLicense(context, person);
    if (license === null) return null;
    return privatePage(context, () => <OfflinePage license={license} code={null} until={null} />);
  });

  onLicense(app, "offline", async (context, person, _, license) => {
    const made = await makeCode(context.get("world"), person, license.id);
    if (!made.ok) return again(context, person, formProblem(made.problem));
    const { code, expiresAt } = made.value as JsonObject & { readonly code: string; readonly expiresAt: string };
    return privatePage(context, () => <OfflinePage license={license} code={code} until={expiresAt} />);
  });
}

/** A form about one license of this person's instances; another's is absent. */
function onLicense(
  app: Hono<PersonalEnv>,
  act: string,
  perform: (
    context: ConsoleContext,
    person: SessionPrincipal,
    form: Parameters<FormAct>[2],
    license: LicenseRow,
  ) => Promise<Response>,
  needsProof = false,
): void {
  onForm(
    app,
    `${BASE}/${act}`,
    async (context, person, form) => {
      const license = await findLicense(context, person);
      return license === null ? refusalPage(context, "NOT_FOUND", 404) : perform(context, person, form, license);
    },
    needsProof,
  );
}

async function findLicense(context: ConsoleContext, { accountId }: SessionPrincipal): Promise<LicenseRow | null> {
  const licenseId = partOf(context, "id");
  const [license] = await context.get("world").console.licenses(accountId, { licenseId }, nowOf(context));
  return license ?? null;
}

async function showOne(
  context: ConsoleContext,
  person: SessionPrincipal,
  problem?: FormProblem,
): Promise<Response | null> {
  const license = await findLicense(context, person);
  if (license === null) return null;
  const world = context.get("world");
  const now = nowOf(context);
  const [seats, offered, events, plugin] = await Promise.all([
    world.console.installations(person.accountId, { licenseId: license.id }, now),
    world.console.offered(license.id, now),
    exportEvents(world, person, license.id, { after: 0, limit: SHOWN_EVENTS }),
    showPlugin(world, { id: license.plugin.id }, { kind: "anonymous" }),
  ]);
  const view = {
    license,
    seats,
    offered,
    events: events.ok ? (events.value as unknown as readonly LicenseEventLine[]).toReversed() : [],
    plugin: plugin.ok ? plugin.value : null,
    now,
    problem,
  };
  return privatePage(
    context,
    () => <LicensePage view={view} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}

async function again(context: ConsoleContext, person: SessionPrincipal, problem: FormProblem): Promise<Response> {
  return (await showOne(context, person, problem)) ?? refusalPage(context, "NOT_FOUND", 404);
}

function refused(context: ConsoleContext, { reason }: Problem<Reason>): Promise<Response> {
  return refusalPage(context, isAbsent(reason) ? "NOT_FOUND" : reason, statusOf(reason));
}

async function drawTransfer(
  context: ConsoleContext,
  { accountId }: SessionPrincipal,
  license: LicenseRow,
  typed: { readonly instance: string; readonly user: string },
  problem?: FormProblem,
): Promise<Response> {
  const instances = await context.get("world").console.instances(accountId, nowOf(context));
  return privatePage(
    context,
    () => <TransferPage license={license} instances={instances} typed={typed} problem={problem} />,
    problem === undefined ? {} : { status: statusOf(problem.reason) },
  );
}
