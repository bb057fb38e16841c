import { consolePaths } from "../../contract/console/paths.ts";
import type { StoredInstance } from "../../market/account/ports.ts";
import type { InstanceSecrets } from "../../market/account/register-instance.ts";
import type { Connection } from "../../market/console/check-connection.ts";
import type { InstalledRow, InstanceRow } from "../../market/console/ports.ts";
import { Act, Section, Time } from "../account/form-parts.tsx";
import { plural } from "../format.ts";
import type { FormProblem } from "./form-problem.ts";
import { InstalledList } from "./installed-list.tsx";
import { ConsoleShell } from "./layout.tsx";
import { Empty, ErrorSummary, Facts, Input, LinkButton, Mark, Note, Select } from "./parts.tsx";

/** `/console/instances` */
export function InstancesPage({ instances }: { instances: readonly InstanceRow[] }) {
  return (
    <ConsoleShell
      title="Instances"
      at="instances"
      lead="The Rising BSM servers you run."
      actions={<LinkButton href={consolePaths.registerInstance()}>Register an instance</LinkButton>}
    >
      {instances.length === 0 ? (
        <Empty title="No instance yet">
          <p>
            Register your Rising BSM server first: it gets keys of its own, and plugins can then be installed on it.
          </p>
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
                {instance.organization === null ? "" : ` · shared with ${instance.organization}`}
              </p>
              <p class="mt-2 text-sm">
                {plural(instance.installed, "plugin")}, {plural(instance.licenses, "license")}
                {instance.lastSeenAt === null ? ", not heard of yet" : ", last heard of "}
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
  return (
    <span class="flex flex-wrap gap-2">
      {instance.isSuspended ? <Mark tone="bad">Suspended</Mark> : <Mark tone="good">Active</Mark>}
      {instance.isPull ? <Mark tone="info">Fetches by itself</Mark> : null}
      {instance.webhookPausedAt === null ? null : <Mark tone="warn">Notices paused</Mark>}
      {instance.hasHostKey || instance.isPull ? null : <Mark tone="warn">No API key</Mark>}
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

export const INSTANCE_LABELS: Readonly<Record<string, string>> = {
  name: "Name",
  url: "Address",
  appVersion: "Version of Rising BSM",
  webhookUrl: "Address for notices",
  apiUrl: "Address of its API",
  hostApiKey: "API key of the instance",
  organization: "Organization",
};

interface InstanceFormProps {
  readonly form: InstanceForm;
  readonly problem?: FormProblem | undefined;
}

/** `/console/instances/new` */
export function RegisterPage({ form, problem }: InstanceFormProps) {
  return (
    <ConsoleShell
      title="Register an instance"
      at="instances"
      lead="Your server gets three keys. They are shown once, right after this step."
    >
      <ErrorSummary problem={problem} />
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={consolePaths.registerInstance()}>
        <InstanceFields form={form} problem={problem} isNew />
        <div>
          <button type="submit" class="button">
            Register
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
  return (
    <ConsoleShell title={`Change ${instance.name}`} at="instances">
      <ErrorSummary problem={problem} />
      <form class="card mt-8 grid grid-cols-1 gap-5 p-6" method="post" action={consolePaths.editInstance(instance.id)}>
        <InstanceFields form={form} problem={problem} isNew={false} hasKey={instance.hostApiKeySealed !== null} />
        {organizations === null ? null : (
          <Select
            id="organization"
            label="Shared with the owners and maintainers of"
            value={instance.organizationHandle ?? ""}
            options={[["", "nobody"], ...organizations.map((handle) => [handle, handle] as const)]}
          />
        )}
        <div class="flex flex-wrap gap-3">
          <button type="submit" class="button">
            Save
          </button>
          <LinkButton href={consolePaths.instance(instance.id)} isQuiet>
            Cancel
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
  return (
    <>
      <Input
        id="name"
        label="Name"
        value={form.name}
        max={100}
        problem={problem}
        hint="As you call it: Office Vienna"
      />
      <Input
        id="url"
        label="Address"
        type="url"
        value={form.url}
        max={2048}
        problem={problem}
        hint="Where people open it: https://bsm.your-firm.at"
      />
      <Input
        id="appVersion"
        label="Version of Rising BSM"
        value={form.appVersion}
        max={64}
        problem={problem}
        hint="For example 0.1.0"
      />
      <Input
        id="webhookUrl"
        label="Address for notices"
        type="url"
        value={form.webhookUrl}
        max={2048}
        isRequired={!isNew}
        problem={problem}
        hint={isNew ? "Left empty: the address with /api/webhooks/marketplace" : undefined}
      />
      <Input
        id="apiUrl"
        label="Address of its API"
        type="url"
        value={form.apiUrl}
        max={2048}
        isRequired={!isNew}
        problem={problem}
        hint={isNew ? "Left empty: the address with /api" : undefined}
      />
      <Input
        id="hostApiKey"
        label="API key of the instance"
        type="password"
        max={200}
        isRequired={false}
        problem={problem}
        hint={
          hasKey
            ? "One is kept, sealed. Type a new one to replace it."
            : "Made in Rising BSM under Settings, API keys: rk_… Plugins read your data with it, within what you grant them. It is kept sealed and never shown."
        }
      />
      <Select
        id="mode"
        label="Who calls whom"
        value={form.mode}
        options={[
          ["push", "The marketplace calls the instance"],
          ["pull", "The instance fetches by itself (behind a firewall)"],
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
  const lines = [
    ...(isRotated ? [] : [`MARKETPLACE_API_URL=${origin}/v1`]),
    `MARKETPLACE_API_KEY=${secrets.apiKey}`,
    `MARKETPLACE_API_SECRET=${secrets.apiSecret}`,
    `MARKETPLACE_WEBHOOK_SECRET=${secrets.webhookSecret}`,
  ];
  return (
    <ConsoleShell
      title={isRotated ? "The new keys" : "The instance is registered"}
      at="instances"
      lead="Copy these lines now: they are not shown again."
    >
      {isRotated ? (
        <Note tone="warn">The old secrets no longer work. Put the new ones in and restart the server.</Note>
      ) : null}
      <section class="card mt-8 p-6" aria-labelledby="environment">
        <h2 id="environment" class="text-xl font-semibold">
          For the environment of your server
        </h2>
        <p class="mt-2 text-muted-foreground">
          Put them into the <code>.env</code> file of Rising BSM, or into the environment of its container, and restart
          it.
        </p>
        <pre class="mt-4 overflow-x-auto whitespace-pre-wrap break-all rounded-lg bg-muted p-4 text-sm" tabindex={0}>
          {lines.join("\n")}
        </pre>
        <div class="mt-6">
          <LinkButton href={consolePaths.instance(secrets.instanceId)}>I have copied them</LinkButton>
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
  return (
    <ConsoleShell
      title={row.name}
      at="instances"
      lead={<InstanceMarks instance={row} />}
      actions={
        <>
          <LinkButton href={consolePaths.editInstance(row.id)} isQuiet>
            Change
          </LinkButton>
          <LinkButton href="/plugins">Find a plugin</LinkButton>
        </>
      }
    >
      {connection === null ? null : <ConnectionNote connection={connection} />}
      <Section id="facts" title="The instance">
        <Facts
          rows={[
            ["Number", row.id],
            ["Address", row.url],
            ["Rising BSM", row.appVersion],
            ["API", stored.apiUrl],
            ["Notices go to", stored.webhookUrl],
            ["Marketplace key", <code>{stored.apiKey}</code>],
            ["Last heard of", row.lastSeenAt === null ? "not yet" : <Time at={row.lastSeenAt} />],
            ["Shared with", row.organization ?? "nobody"],
          ]}
        />
        <div class="mt-5 flex flex-wrap gap-3">
          <Act to={consolePaths.checkInstance(row.id)} fields={{}}>
            Check the connection
          </Act>
          <LinkButton href={consolePaths.rotateInstance(row.id)} isQuiet>
            New keys
          </LinkButton>
        </div>
      </Section>
      <Section id="plugins" title="Plugins">
        <InstalledList rows={installed} now={now} isOfOneInstance />
      </Section>
      <Section id="notices" title="Notices to the instance">
        <Deliveries instanceId={row.id} deliveries={deliveries} />
      </Section>
    </ConsoleShell>
  );
}

function ConnectionNote({ connection }: { connection: Connection }) {
  switch (connection.kind) {
    case "answered":
      return (
        <div role="status">
          <Note tone="good">The instance answers with its API key, in {connection.milliseconds} ms.</Note>
        </div>
      );
    case "pull":
      return <Note tone="info">Nobody calls this instance: it fetches what plugins want by itself.</Note>;
    case "no_key":
      return (
        <Note tone="warn">
          The instance has given no API key, so plugins cannot read its data. Add one under Change.
        </Note>
      );
    case "too_often":
      return <Note tone="warn">Too many checks; try again in {connection.seconds} seconds.</Note>;
    case "failed":
      return <Note tone="bad">The instance did not answer as it should: {connection.message}.</Note>;
  }
}

export function Deliveries({ instanceId, deliveries }: { instanceId: string; deliveries: readonly Delivery[] }) {
  if (deliveries.length === 0) return <p class="text-muted-foreground">Nothing was sent yet.</p>;
  return (
    <ul class="divide-y divide-border text-sm">
      {deliveries.map((delivery) => (
        <li class="flex flex-wrap items-center justify-between gap-3 py-3">
          <div class="min-w-0">
            <p class="font-medium">
              <code>{delivery.event}</code> <DeliveryMark state={delivery.state} />
            </p>
            <p class="text-muted-foreground">
              <Time at={Math.floor(Date.parse(delivery.createdAt) / 1000)} /> · {plural(delivery.attempts, "attempt")}
              {delivery.lastStatus === undefined ? "" : `, last answer ${delivery.lastStatus}`}
            </p>
          </div>
          {delivery.state === "delivered" || delivery.state === "dead" ? (
            <Act to={consolePaths.replay(instanceId)} fields={{ delivery: delivery.id }}>
              Send again
            </Act>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function DeliveryMark({ state }: { state: string }) {
  if (state === "delivered") return <Mark tone="good">Delivered</Mark>;
  return state === "dead" ? <Mark tone="bad">Given up</Mark> : <Mark tone="info">On its way</Mark>;
}
