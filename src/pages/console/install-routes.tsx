import type { Hono } from "hono";
import { consolePaths, type InstallStep } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { Result } from "../../domain/result.ts";
import { SOLD_TIERS } from "../../domain/sales/order.ts";
import type { SessionPrincipal } from "../../market/account/authenticate-session.ts";
import { showPlugin } from "../../market/catalogue/show-plugin.ts";
import { installPlugin } from "../../market/console/install-plugin.ts";
import { type InstallPlan, planInstall } from "../../market/console/plan-install.ts";
import { showSettings } from "../../market/execution/settings.ts";
import { issueLicense } from "../../market/license/issue-license.ts";
import { openOrder } from "../../market/sales/open-order.ts";
import { onForm } from "../account/on-form.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import { type PersonalEnv, seeOther } from "../account/session.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { type FormProblem, formProblem, invalidForm, isAbsent, statusOf } from "./form-problem.ts";
import { ChooseInstancePage, CompletePage, LicensePage, PermissionsPage, RequirementsPage } from "./install.tsx";
import { INSTALL_WORDS } from "./install-words.ts";
import { ACTIVATION, type ConsoleContext, idIn, nowOf, onPage, partOf } from "./on-console.ts";
import { progressOf } from "./progress.tsx";
import { progressStream } from "./progress-stream.ts";

const VERSION = /^[0-9][0-9A-Za-z.-]{0,63}$/;
const HARDWARE_ID = /^[0-9a-fA-F]{64}$/;
const USER_ID = /^[1-9][0-9]{0,14}$/;

/** Instance, license, requirements, permissions, installed: five pages whose state stands in the address. */
export function registerInstallPages(app: Hono<PersonalEnv>): void {
  onPage(app, consolePaths.install(), async (context, person) => {
    const world = context.get("world");
    const step = readStep(new URL(context.req.url).searchParams);
    if (step.plugin === "") return seeOther(paths.plugins());
    if (step.instance !== undefined) {
      const plan = await planOf(context, person, step);
      return plan.ok ? privatePage(context, () => <LicensePage plan={plan.value} now={nowOf(context)} />) : null;
    }
    const plugin = await showPlugin(world, { name: step.plugin }, { kind: "anonymous" });
    if (!plugin.ok) return null;
    const instances = await world.console.instances(person.accountId, nowOf(context));
    return privatePage(context, () => <ChooseInstancePage plugin={plugin.value} instances={instances} />);
  });

  onForm(app, consolePaths.installLicense(), async (context, person, form) => {
    const world = context.get("world");
    const step = readStep(form);
    const plan = await planOf(context, person, step);
    if (!plan.ok) return refusalPage(context, "NOT_FOUND", 404);
    const { plugin, instance } = plan.value;
    const again = (problem: FormProblem) =>
      privatePage(context, () => <LicensePage plan={plan.value} now={nowOf(context)} problem={problem} />, {
        status: statusOf(problem.reason),
      });
    const words = wordsOf(INSTALL_WORDS, languageOf(context.req.raw));
    const tier = form.get("tier") ?? "";
    const userId = form.get("user")?.trim() ?? "";
    if (!USER_ID.test(userId)) return again(invalidForm([{ field: "user", text: words.userWanted }]));
    const asked = { pluginId: plugin.id, instanceId: instance.id, userId };
    const sold = SOLD_TIERS.find((one) => one === tier);
    // A price of nothing needs no order.
    const isFree = plugin.pricing.tiers.some(({ id, price }) => id === tier && price === 0);
    if (sold !== undefined && !isFree) {
      const opened = await openOrder(world, person, { ...asked, tier: sold });
      return opened.ok ? seeOther(paths.checkout(opened.value.facts.order.id)) : again(formProblem(opened.problem));
    }
    if (tier !== "free" && tier !== "trial") return again(invalidForm([{ field: "tier", text: words.choose }]));
    const issued = await issueLicense(world, person, { ...asked, type: tier, wanted: {} });
    if (!issued.ok) return again(formProblem(issued.problem));
    return seeOther(consolePaths.installRequirements({ ...step, license: issued.value.id }));
  });

  onPage(app, "/console/install/requirements", async (context, person) => {
    const step = readStep(new URL(context.req.url).searchParams);
    const plan = await planOf(context, person, step);
    if (!plan.ok) return null;
    const next = consolePaths.installPermissions(step);
    const back = consolePaths.install({ plugin: step.plugin, instance: step.instance });
    return privatePage(context, () => <RequirementsPage plan={plan.value} next={next} back={back} />);
  });

  onPage(app, consolePaths.installPermissions(), async (context, person) => {
    const step = readStep(new URL(context.req.url).searchParams);
    const plan = await planOf(context, person, step);
    if (!plan.ok) return null;
    if (plan.value.license === null) return seeOther(consolePaths.install(step));
    return privatePage(context, () => <PermissionsPage plan={plan.value} step={step} chosen={[]} hardwareId="" />);
  });

  onForm(app, consolePaths.installPermissions(), async (context, person, form) => {
    const step = readStep(form);
    const plan = await planOf(context, person, step);
    if (!plan.ok || plan.value.license === null) return refusalPage(context, "NOT_FOUND", 404);
    const granted = form.getAll("grant");
    const hardwareId = form.get("hardwareId")?.trim() ?? "";
    const again = (problem: FormProblem) =>
      privatePage(
        context,
        () => (
          <PermissionsPage plan={plan.value} step={step} chosen={granted} hardwareId={hardwareId} problem={problem} />
        ),
        { status: statusOf(problem.reason) },
      );
    if (hardwareId !== "" && !HARDWARE_ID.test(hardwareId))
      return again(
        invalidForm([
          { field: "hardwareId", text: wordsOf(INSTALL_WORDS, languageOf(context.req.raw)).hardwareWanted },
        ]),
      );
    const installed = await installPlugin(context.get("world"), person, {
      plugin: step.plugin,
      instanceId: plan.value.instance.id,
      licenseId: plan.value.license.id,
      version: step.version ?? plan.value.version,
      granted,
      closureDigest: form.get("closure") ?? "",
      hardwareId: hardwareId === "" ? null : hardwareId.toLowerCase(),
    });
    if (installed.ok) return seeOther(consolePaths.installed(installed.value.activationId));
    return isAbsent(installed.problem.reason)
      ? refusalPage(context, "NOT_FOUND", 404)
      : again(formProblem(installed.problem));
  });

  onPage(app, `/console/install/complete/${ACTIVATION}`, async (context, { accountId }) => {
    const world = context.get("world");
    const activationId = partOf(context, "act");
    const now = nowOf(context);
    const [row] = await world.console.installations(accountId, { activationId }, now);
    if (row === undefined) return null;
    const settings = await showSettings(world, { accountId }, activationId);
    const needsSettings = settings.ok && settings.value.missing.length > 0;
    return privatePage(context, (nonce) => (
      <CompletePage row={row} needsSettings={needsSettings} now={now} nonce={nonce} />
    ));
  });

  onPage(app, `/console/install/complete/${ACTIVATION}/progress`, async (context, { accountId }) => {
    const world = context.get("world");
    const activationId = partOf(context, "act");
    const look = async () => {
      const now = nowOf(context);
      const [row] = await world.console.installations(accountId, { activationId }, now);
      if (row === undefined) return null;
      const settings = await showSettings(world, { accountId }, activationId);
      return progressOf(row, settings.ok && settings.value.missing.length > 0, now);
    };
    return (await look()) === null ? null : progressStream(look);
  });
}

function readStep(sent: URLSearchParams): InstallStep {
  const version = sent.get("version") ?? "";
  return {
    plugin: sent.get("plugin") ?? "",
    instance: idIn(sent.get("instance")) ?? undefined,
    license: idIn(sent.get("license")) ?? undefined,
    version: VERSION.test(version) ? version : undefined,
  };
}

async function planOf(
  context: ConsoleContext,
  person: SessionPrincipal,
  step: InstallStep,
): Promise<Result<InstallPlan, Problem<Reason>>> {
  return planInstall(context.get("world"), person, {
    plugin: step.plugin,
    instanceId: step.instance ?? "",
    licenseId: step.license ?? null,
    version: step.version ?? null,
  });
}
