import type { Child } from "hono/jsx";
import { consolePaths, type InstallStep } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import { deriveState } from "../../domain/license/states.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import type { Check, InstallPlan } from "../../market/console/plan-install.ts";
import type { InstalledRow, InstanceRow, LicenseRow } from "../../market/console/ports.ts";
import { formatPrice, plural } from "../format.ts";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { ConsentFields } from "./consent.tsx";
import type { FormProblem } from "./form-problem.ts";
import { CHECK_WORDS, INSTALL_WORDS } from "./install-words.ts";
import { InstalledMark } from "./installed-list.tsx";
import { ConsoleShell } from "./layout.tsx";
import { LICENSE_WORDS } from "./license-words.ts";
import { Empty, ErrorSummary, Facts, Input, LinkButton, Note, Verdict } from "./parts.tsx";
import { ProgressList, progressOf } from "./progress.tsx";

function Wizard({ plugin, step, children }: { plugin: string; step: number; children?: Child }) {
  const words = wordsOf(INSTALL_WORDS);
  return (
    <ConsoleShell title={words.title(plugin)} at="plugins">
      <ol class="mt-5 flex flex-wrap gap-x-5 gap-y-1 text-sm" aria-label={words.stepsLabel}>
        {words.steps.map((name, index) => (
          <li
            class={index === step ? "font-semibold text-foreground" : "text-muted-foreground"}
            aria-current={index === step ? "step" : undefined}
          >
            {index + 1}. {name}
          </li>
        ))}
      </ol>
      {children}
    </ConsoleShell>
  );
}

/** Where it goes, when there is a choice. */
export function ChooseInstancePage({ plugin, instances }: { plugin: PluginDetail; instances: readonly InstanceRow[] }) {
  const words = wordsOf(INSTALL_WORDS);
  return (
    <Wizard plugin={plugin.displayName} step={0}>
      {instances.length === 0 ? (
        <Empty title={words.noInstance}>
          <p>{words.noInstanceText}</p>
          <p class="mt-5">
            <LinkButton href={consolePaths.registerInstance()}>{words.register}</LinkButton>
          </p>
        </Empty>
      ) : (
        <form class="card mt-6 p-6" method="get" action={consolePaths.install()}>
          <input type="hidden" name="plugin" value={plugin.name} />
          <fieldset>
            <legend class="text-lg font-semibold">{words.onWhich}</legend>
            <div class="mt-3 grid gap-1">
              {instances.map((instance, index) => (
                <Choice
                  name="instance"
                  value={instance.id}
                  isChosen={index === 0}
                  label={instance.name}
                  text={`${instance.url} · Rising BSM ${instance.appVersion}`}
                />
              ))}
            </div>
          </fieldset>
          <button type="submit" class="button mt-5">
            {words.next}
          </button>
        </form>
      )}
    </Wizard>
  );
}

function Choice(props: { name: string; value: string; isChosen: boolean; label: Child; text: Child }) {
  const { name, value, isChosen, label, text } = props;
  return (
    <label class="flex min-h-11 cursor-pointer items-start gap-3 rounded-lg px-2 py-2.5 hover:bg-secondary">
      <input type="radio" class="mt-1 size-5 shrink-0" name={name} value={value} checked={isChosen} required />
      <span class="min-w-0">
        <span class="font-medium">{label}</span>
        <span class="block text-sm text-muted-foreground">{text}</span>
      </span>
    </label>
  );
}

export function licenseWords(license: LicenseRow, now: number): string {
  return wordsOf(LICENSE_WORDS).states[deriveState(license, now)];
}

/** One that is held, or a new one: free and trial at once, the others by an order. */
export function LicensePage({
  plan,
  now,
  problem,
}: {
  plan: InstallPlan;
  now: number;
  problem?: FormProblem | undefined;
}) {
  const words = wordsOf(INSTALL_WORDS);
  const { plugin, instance, licenses } = plan;
  const usable = licenses.filter((license) => ["active", "trialing", "past_due"].includes(deriveState(license, now)));
  const isTrialUsed = licenses.some(({ type }) => type === "trial");
  const offered = plugin.pricing.tiers.filter(
    ({ id }) => (id !== "trial" || (plugin.trialDays > 0 && !isTrialUsed)) && !usable.some(({ type }) => type === id),
  );
  const hasTrial = offered.some(({ id }) => id === "trial");
  const isTrialOffered =
    plugin.trialDays > 0 && !isTrialUsed && !hasTrial && !usable.some(({ type }) => type === "trial");
  return (
    <Wizard plugin={plugin.displayName} step={1}>
      <ErrorSummary problem={problem} />
      {usable.length === 0 ? null : (
        <form
          class="card mt-6 p-6"
          method="get"
          action={consolePaths.installRequirements({ plugin: "" }).split("?")[0]}
        >
          <input type="hidden" name="plugin" value={plugin.name} />
          <input type="hidden" name="instance" value={instance.id} />
          <fieldset>
            <legend class="text-lg font-semibold">{words.held}</legend>
            <div class="mt-3 grid gap-1">
              {usable.map((license, index) => (
                <Choice
                  name="license"
                  value={license.id}
                  isChosen={index === 0}
                  label={`${tierWords(license.type)}, ${licenseWords(license, now)}`}
                  text={words.number(license.id, license.liveSeats, license.maxInstalls)}
                />
              ))}
            </div>
          </fieldset>
          <button type="submit" class="button mt-5">
            {words.next}
          </button>
        </form>
      )}
      {offered.length === 0 && !isTrialOffered ? null : (
        <form class="card mt-6 p-6" method="post" action={consolePaths.installLicense()}>
          <input type="hidden" name="plugin" value={plugin.name} />
          <input type="hidden" name="instance" value={instance.id} />
          <fieldset>
            <legend class="text-lg font-semibold">{usable.length === 0 ? words.choose : words.withNew}</legend>
            <div class="mt-3 grid gap-1">
              {isTrialOffered ? (
                <Choice
                  name="tier"
                  value="trial"
                  isChosen={usable.length === 0}
                  label={words.trial(plugin.trialDays)}
                  text={words.trialText}
                />
              ) : null}
              {offered.map((tier, index) => (
                <Choice
                  name="tier"
                  value={tier.id}
                  isChosen={index === 0 && !isTrialOffered}
                  label={tier.price === 0 ? tierWords(tier.id) : `${tierWords(tier.id)} – ${formatPrice(tier)}`}
                  text={
                    tier.limits.installs === null
                      ? words.anyInstalls
                      : plural(tier.limits.installs, words.install, words.installs)
                  }
                />
              ))}
            </div>
          </fieldset>
          <div class="mt-4 max-w-sm">
            <Input id="user" label={words.user} value="1" max={15} problem={problem} hint={words.userHint} />
          </div>
          <button type="submit" class="button mt-5">
            {words.get}
          </button>
        </form>
      )}
    </Wizard>
  );
}

/** What must hold, each with what is so. */
export function RequirementsPage({ plan, next, back }: { plan: InstallPlan; next: string; back: string }) {
  const words = wordsOf(INSTALL_WORDS);
  const isReady = plan.checks.every(({ isMet }) => isMet);
  return (
    <Wizard plugin={plan.plugin.displayName} step={2}>
      <section class="card mt-6 p-6" aria-labelledby="checks">
        <h2 id="checks" class="text-lg font-semibold">
          {words.versionOn(plan.version, plan.instance.name)}
        </h2>
        <ul class="mt-2 divide-y divide-border">
          {plan.checks.map((check) => (
            <Verdict isMet={check.isMet}>
              <CheckWords check={check} plan={plan} />
            </Verdict>
          ))}
        </ul>
        {isReady ? null : <p class="mt-3 text-sm text-muted-foreground">{words.marked}</p>}
        <div class="mt-5 flex flex-wrap gap-3">
          {isReady ? <LinkButton href={next}>{words.toPermissions}</LinkButton> : null}
          <LinkButton href={back} isQuiet>
            {words.back}
          </LinkButton>
        </div>
      </section>
    </Wizard>
  );
}

function CheckWords({ check, plan }: { check: Check; plan: InstallPlan }) {
  const words = wordsOf(CHECK_WORDS);
  switch (check.what) {
    case "instance":
      return <>{check.isMet ? words.instance : words.noInstance}</>;
    case "plugin":
      return <>{check.isMet ? words.plugin : words.noPlugin(words.states[check.state] ?? check.state)}</>;
    case "host":
      return <>{words.host(check.min, check.max === null ? words.orNewer : words.upTo(check.max), check.has)}</>;
    case "license":
      return (
        <>{check.isMet && plan.license !== null ? words.license(tierWords(plan.license.type)) : words.noLicense}</>
      );
    case "seat":
      return (
        <>
          {check.max === null
            ? words.noLimit
            : words.taken(check.live, check.max, plural(check.max, words.seat, words.seats))}
          {check.isMet ? "" : words.free}
        </>
      );
    case "dependency":
      return (
        <>
          {words.needs}{" "}
          <a class="link" href={paths.plugin(check.name)}>
            {check.name}
          </a>{" "}
          {check.range}; {check.has === null ? words.absent : words.present(check.has)}
        </>
      );
  }
}

interface PermissionsProps {
  readonly plan: InstallPlan;
  readonly step: InstallStep;
  readonly chosen: readonly string[];
  readonly hardwareId: string;
  readonly problem?: FormProblem | undefined;
}

/** The consent, and with it the act. */
export function PermissionsPage({ plan, step, chosen, hardwareId, problem }: PermissionsProps) {
  const words = wordsOf(INSTALL_WORDS);
  return (
    <Wizard plugin={plan.plugin.displayName} step={3}>
      <ErrorSummary problem={problem} />
      <form class="card mt-6 grid grid-cols-1 gap-7 p-6" method="post" action={consolePaths.installPermissions()}>
        {Object.entries({ ...step, version: plan.version, closure: plan.closureDigest }).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <ConsentFields
          permissions={plan.permissions}
          egress={plan.egress}
          events={plan.capabilities.events}
          chosen={chosen}
        />
        <details open={problem?.errors.some(({ field }) => field === "hardwareId")}>
          <summary class="min-h-11 cursor-pointer py-2 font-medium">{words.hardwareTitle}</summary>
          <div class="mt-2">
            <Input
              id="hardwareId"
              label={words.hardware}
              value={hardwareId}
              max={64}
              isRequired={false}
              problem={problem}
              hint={words.hardwareHint}
            />
          </div>
        </details>
        <div>
          <p class="text-sm text-muted-foreground">{words.grantText}</p>
          <div class="mt-4 flex flex-wrap gap-3">
            <button type="submit" class="button">
              {words.agree}
            </button>
            <LinkButton href={consolePaths.installRequirements(step)} isQuiet>
              {words.back}
            </LinkButton>
          </div>
        </div>
      </form>
    </Wizard>
  );
}

export function CompletePage({
  row,
  needsSettings,
  now,
  nonce,
}: {
  row: InstalledRow;
  needsSettings: boolean;
  now: number;
  nonce: string;
}) {
  const words = wordsOf(INSTALL_WORDS);
  return (
    <Wizard plugin={row.plugin.displayName} step={4}>
      <div role="status">
        <Note tone="good">{words.done(row.plugin.displayName, row.version, row.instance.name)}</Note>
      </div>
      <ProgressList activationId={row.activationId} progress={progressOf(row, needsSettings, now)} nonce={nonce} />
      <section class="card mt-6 p-6" aria-labelledby="next">
        <h2 id="next" class="text-lg font-semibold">
          {words.comesNext}
        </h2>
        <div class="mt-3">
          <Facts
            rows={[
              [words.status, <InstalledMark row={row} now={now} />],
              [words.license, tierWords(row.license.type)],
            ]}
          />
        </div>
        <div class="mt-5 flex flex-wrap gap-3">
          {needsSettings ? (
            <LinkButton href={consolePaths.settings(row.activationId)}>{words.fillIn}</LinkButton>
          ) : null}
          <LinkButton href={consolePaths.plugin(row.activationId)} isQuiet={needsSettings}>
            {words.see}
          </LinkButton>
        </div>
      </section>
    </Wizard>
  );
}
