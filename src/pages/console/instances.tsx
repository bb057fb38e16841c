import { consolePaths } from "../../contract/console/paths.ts";
import type { StoredInstance } from "../../market/account/ports.ts";
import type { InstanceSecrets } from "../../market/account/register-instance.ts";
import type { Connection } from "../../market/console/check-connection.ts";
import type { InstalledRow, InstanceRow } from "../../market/console/ports.ts";
import { Act, Section, Time } from "../account/form-parts.tsx";
import { plural } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import type { FormProblem } from "./form-problem.ts";
import { InstalledList } from "./installed-list.tsx";
import { CONTACT_WORDS, INSTANCE_FORM_WORDS, INSTANCE_WORDS, KEYS_WORDS } from "./instance-words.ts";
import { ConsoleShell } from "./layout.tsx";
import { Empty, ErrorSummary, Facts, Input, LinkButton, Mark, Note, Select } from "./parts.tsx";

/** `/console/instances` */
export function InstancesPage({ instances }: { instances: readonly InstanceRow[] }) {
  const words = wordsOf(INSTANCE_WORDS);
  return (
    <ConsoleShell
      title={words.title}
      at="instances"
      lead={words.lead}
      actions={<LinkButton href={consolePaths.registerInstance()}>{words.register}</LinkButton>}
    >
      {instances.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneText}</p>
        </Empty>
      ) : (
        <ul class="mt-8 grid gap-4">
          {instances.map((instance) => (
            <li class="card p-5">
              <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <h2 class="text-lg font-semibold">
                  <a class="link" href={consolePaths.instance(instance.id)}>
                    {instance.name}
                  </a>
                </h2>
                <InstanceMarks instance={instance} />
              </div>
              <p class="mt-1 text-sm text-muted-foreground">
                {instance.url} · Rising BSM {instance.appVersion}
                {instance.organization === null ? "" : ` · ${words.sharedWith(instance.organization)}`}
              </p>
              <p class="mt-2 text-sm">
                {plural(instance.installed, words.plugin, words.plugins)},{" "}
                {plural(instance.licenses, words.license, words.licenses)}
                {instance.lastSeenAt === null ? words.notHeard : words.heard}
                {instance.lastSeenAt === null ? null : <Time at={instance.lastSeenAt} />}
              </p>
            </li>
          ))}
        </ul>
      )}
    </ConsoleShell>
  );
}

function InstanceMarks({ instance }: { instance: InstanceRow }) {
  const words = wordsOf(INSTANCE_WORDS).marks;
  return (
    <span class="flex flex-wrap gap-2">
      {instance.isSuspended ? <Mark tone="bad">{words.suspended}</Mark> : <Mark tone="good">{words.active}</Mark>}
      {instance.isPull ? <Mark tone="info">{words.pull}</Mark> : null}
      {instance.webhookPausedAt === null ? null : <Mark tone="warn">{words.paused}</Mark>}
      {instance.hasHostKey || instance.isPull ? null : <Mark tone="warn">{words.noKey}</Mark>}
    </span>
  );
}

/** What the form of an instance holds, as typed. */
export interface InstanceForm {
  readonly name: string;
  readonly url: string;
  readonly appVersion: string;
  readonly webhookUrl: string;
  readonly apiUrl: string;
  readonly mode: string;
}

interface InstanceFormProps {
  readonly form: InstanceForm;
  readonly problem?: FormProblem | undefined;
}

/** `/console/instances/new` */
export function RegisterPage({ form, problem }: InstanceFormProps) {
  const words = wordsOf(INSTANCE_FORM_WORDS);
  return (
    <ConsoleShell title={words.title} at="instances" lead={words.lead}>
      <ErrorSummary problem={problem} />
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={consolePaths.registerInstance()}>
        <InstanceFields form={form} problem={problem} isNew />
        <div>
          <button type="submit" class="button">
            {words.register}
          </button>
        </div>
      </form>
    </ConsoleShell>
  );
}

/** `/console/instances/{id}/edit` */
export function EditPage({
  instance,
  form,
  problem,
  organizations,
}: InstanceFormProps & { instance: StoredInstance; organizations: readonly string[] | null }) {
  const words = wordsOf(INSTANCE_FORM_WORDS);
  return (
    <ConsoleShell title={words.change(instance.name)} at="instances">
      <ErrorSummary problem={problem} />
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={consolePaths.editInstance(instance.id)}>
        <InstanceFields form={form} problem={problem} isNew={false} hasKey={instance.hostApiKeySealed !== null} />
        {organizations === null ? null : (
          <Select
            id="organization"
            label={words.shareWith}
            value={instance.organizationHandle ?? ""}
            options={[["", words.nobody], ...organizations.map((handle) => [handle, handle] as const)]}
          />
        )}
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            {words.save}
          </button>
          <LinkButton href={consolePaths.instance(instance.id)} isQuiet>
            {words.cancel}
          </LinkButton>
        </div>
      </form>
    </ConsoleShell>
  );
}

function InstanceFields({
  form,
  problem,
  isNew,
  hasKey = false,
}: InstanceFormProps & { isNew: boolean; hasKey?: boolean }) {
  const words = wordsOf(INSTANCE_FORM_WORDS);
  const { labels } = words;
  return (
    <>
      <Input id="name" label={labels.name} value={form.name} max={100} problem={problem} hint={words.nameHint} />
      <Input
        id="url"
        label={labels.url}
        type="url"
        value={form.url}
        max={2048}
        problem={problem}
        hint={words.urlHint}
      />
      <Input
        id="appVersion"
        label={labels.appVersion}
        value={form.appVersion}
        max={64}
        problem={problem}
        hint={words.versionHint}
      />
      <Input
        id="webhookUrl"
        label={labels.webhookUrl}
        type="url"
        value={form.webhookUrl}
        max={2048}
        isRequired={!isNew}
        problem={problem}
        hint={isNew ? words.webhookHint : undefined}
      />
      <Input
        id="apiUrl"
        label={labels.apiUrl}
        type="url"
        value={form.apiUrl}
        max={2048}
        isRequired={!isNew}
        problem={problem}
        hint={isNew ? words.apiHint : undefined}
      />
      <Input
        id="hostApiKey"
        label={labels.hostApiKey}
        type="password"
        max={200}
        isRequired={false}
        problem={problem}
        hint={hasKey ? words.keyKept : words.keyHint}
      />
      <Select
        id="mode"
        label={words.mode}
        value={form.mode}
        options={[
          ["push", words.push],
          ["pull", words.pull],
        ]}
      />
    </>
  );
}

/** Right after registration or rotation: the only time the secrets are seen. */
export function KeysPage({
  secrets,
  origin,
  isRotated,
}: {
  secrets: InstanceSecrets;
  origin: string;
  isRotated: boolean;
}) {
  const words = wordsOf(KEYS_WORDS);
  const lines = [
    ...(isRotated ? [] : [`MARKETPLACE_API_URL=${origin}/v1`]),
    `MARKETPLACE_API_KEY=${secrets.apiKey}`,
    `MARKETPLACE_API_SECRET=${secrets.apiSecret}`,
    `MARKETPLACE_WEBHOOK_SECRET=${secrets.webhookSecret}`,
  ];
  return (
    <ConsoleShell title={isRotated ? words.rotated : words.registered} at="instances" lead={words.lead}>
      {isRotated ? <Note tone="warn">{words.restart}</Note> : null}
      <section class="card mt-8 p-6" aria-labelledby="environment">
        <h2 id="environment" class="text-xl font-semibold">
          {words.environment}
        </h2>
        <p class="mt-2 text-muted-foreground">
          {words.before} <code>.env</code> {words.after}
        </p>
        <pre class="mt-4 overflow-x-auto whitespace-pre-wrap break-all rounded-lg bg-muted p-4 text-sm" tabindex={0}>
          {lines.join("\n")}
        </pre>
        <div class="mt-6">
          <LinkButton href={consolePaths.instance(secrets.instanceId)}>{words.copied}</LinkButton>
        </div>
      </section>
    </ConsoleShell>
  );
}

export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly state: string;
  readonly attempts: number;
  readonly lastStatus?: number;
  readonly createdAt: string;
}

export interface InstanceView {
  readonly row: InstanceRow;
  readonly stored: StoredInstance;
  readonly installed: readonly InstalledRow[];
  readonly deliveries: readonly Delivery[];
  readonly connection: Connection | null;
  readonly now: number;
}

/** `/console/instances/{id}` */
export function InstancePage({ view }: { view: InstanceView }) {
  const { row, stored, installed, deliveries, connection, now } = view;
  const words = wordsOf(INSTANCE_WORDS);
  return (
    <ConsoleShell
      title={row.name}
      at="instances"
      lead={<InstanceMarks instance={row} />}
      actions={
        <>
          <LinkButton href={consolePaths.editInstance(row.id)} isQuiet>
            {words.change}
          </LinkButton>
          <LinkButton href="/plugins">{words.find}</LinkButton>
        </>
      }
    >
      {connection === null ? null : <ConnectionNote connection={connection} />}
      <Section id="facts" title={words.facts}>
        <Facts
          rows={[
            [words.number, row.id],
            [words.address, row.url],
            ["Rising BSM", row.appVersion],
            ["API", stored.apiUrl],
            [words.noticesTo, stored.webhookUrl],
            [words.marketplaceKey, <code>{stored.apiKey}</code>],
            [words.lastHeard, row.lastSeenAt === null ? words.notYet : <Time at={row.lastSeenAt} />],
            [words.shared, row.organization ?? words.nobody],
          ]}
        />
        <div class="mt-5 flex flex-wrap gap-3">
          <Act to={consolePaths.checkInstance(row.id)} fields={{}}>
            {words.check}
          </Act>
          <LinkButton href={consolePaths.rotateInstance(row.id)} isQuiet>
            {words.newKeys}
          </LinkButton>
        </div>
      </Section>
      <Section id="plugins" title={words.installed}>
        <InstalledList rows={installed} now={now} isOfOneInstance />
      </Section>
      <Section id="notices" title={words.notices}>
        <Deliveries instanceId={row.id} deliveries={deliveries} />
      </Section>
    </ConsoleShell>
  );
}

function ConnectionNote({ connection }: { connection: Connection }) {
  const words = wordsOf(CONTACT_WORDS);
  switch (connection.kind) {
    case "answered":
      return (
        <div role="status">
          <Note tone="good">{words.answered(connection.milliseconds)}</Note>
        </div>
      );
    case "pull":
      return <Note tone="info">{words.pull}</Note>;
    case "no_key":
      return <Note tone="warn">{words.noKey}</Note>;
    case "too_often":
      return <Note tone="warn">{words.tooOften(connection.seconds)}</Note>;
    case "failed":
      return <Note tone="bad">{words.failed(connection.message)}</Note>;
  }
}

export function Deliveries({ instanceId, deliveries }: { instanceId: string; deliveries: readonly Delivery[] }) {
  const words = wordsOf(CONTACT_WORDS);
  if (deliveries.length === 0) return <p class="text-muted-foreground">{words.nothingSent}</p>;
  return (
    <ul class="divide-y divide-border text-sm">
      {deliveries.map((delivery) => (
        <li class="flex flex-wrap items-center justify-between gap-3 py-3">
          <div class="min-w-0">
            <p class="font-medium">
              <code>{delivery.event}</code> <DeliveryMark state={delivery.state} />
            </p>
            <p class="text-muted-foreground">
              <Time at={Math.floor(Date.parse(delivery.createdAt) / 1000)} /> ·{" "}
              {plural(delivery.attempts, words.attempt, words.attempts)}
              {delivery.lastStatus === undefined ? "" : words.lastAnswer(delivery.lastStatus)}
            </p>
          </div>
          {delivery.state === "delivered" || delivery.state === "dead" ? (
            <Act to={consolePaths.replay(instanceId)} fields={{ delivery: delivery.id }}>
              {words.again}
            </Act>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function DeliveryMark({ state }: { state: string }) {
  const words = wordsOf(CONTACT_WORDS);
  if (state === "delivered") return <Mark tone="good">{words.delivered}</Mark>;
  return state === "dead" ? <Mark tone="bad">{words.dead}</Mark> : <Mark tone="info">{words.underway}</Mark>;
}
