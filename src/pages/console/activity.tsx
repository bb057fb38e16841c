import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import type { AuditRow, InstanceRow } from "../../market/console/ports.ts";
import type { OrderFacts } from "../../market/sales/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { Pages } from "../parts/pages.tsx";
import { formatAmount, kindWords, stateWords } from "../sales/money.ts";
import { tierWords } from "../words/codes.ts";
import { Deliveries, type Delivery } from "./instances.tsx";
import { ConsoleShell } from "./layout.tsx";
import { Empty, LinkButton, Mark } from "./parts.tsx";

export const ORDERS_A_PAGE = 20;

/** `/console/orders` */
export function OrdersPage({ orders, total, page }: { orders: readonly OrderFacts[]; total: number; page: number }) {
  return (
    <ConsoleShell title="Orders and invoices" at="orders">
      {orders.length === 0 ? (
        <Empty title="No orders">
          <p>What you buy for your instances stands here, with its invoices.</p>
        </Empty>
      ) : (
        <ul class="card mt-8 divide-y divide-border px-6 py-2">
          {orders.map(({ order, plugin, publisher, instance, invoices }) => (
            <li class="py-4">
              <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                <h2 class="font-semibold">
                  <a class="link" href={paths.checkout(order.id)}>
                    {plugin.displayName}, {tierWords(order.tier)}
                  </a>
                </h2>
                <Mark tone={order.state === "paid" ? "good" : order.state === "open" ? "info" : "quiet"}>
                  {stateWords(order.state)}
                </Mark>
              </div>
              <p class="mt-1 text-sm text-muted-foreground">
                {kindWords(order.kind)} · {formatAmount(order)} · {publisher.displayName} · for {instance.name} ·{" "}
                <Time at={order.createdAt} />
              </p>
              {invoices.length === 0 ? null : (
                <p class="mt-1 flex flex-wrap gap-x-4 text-sm">
                  {invoices.map(({ id, kind, number }) => (
                    <a class="link inline-flex min-h-8 items-center" href={paths.invoice(id)}>
                      {kind === "invoice" ? "Invoice" : "Credit note"} {number}
                    </a>
                  ))}
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
      <Pages
        page={page}
        last={Math.max(1, Math.ceil(total / ORDERS_A_PAGE))}
        href={(number) => consolePaths.orders(number)}
      />
    </ConsoleShell>
  );
}

export interface ActivityView {
  readonly audit: readonly AuditRow[];
  /** The number to go on below; null at the end. */
  readonly next: string | null;
  readonly notices: readonly { readonly instance: InstanceRow; readonly deliveries: readonly Delivery[] }[];
}

const ACTION_WORDS: Readonly<Record<string, string>> = {
  "instance.registered": "Instance registered",
  "instance.changed": "Instance changed",
  "instance.rotated": "New keys for the instance",
  "installation.settings": "Settings changed",
  "installation.secret_set": "Secret set",
  "installation.secret_dropped": "Secret removed",
  "installation.consent": "Permissions granted",
};

/** `/console/activity`: who changed what, and what your instances were told. */
export function ActivityPage({ view }: { view: ActivityView }) {
  return (
    <ConsoleShell title="Activity" at="activity" lead="Who changed what on your instances, and what they were told.">
      <Section id="audit" title="Changes">
        {view.audit.length === 0 ? (
          <p class="text-muted-foreground">Nothing happened yet.</p>
        ) : (
          <ol class="divide-y divide-border text-sm">
            {view.audit.map((entry) => (
              <li class="py-2.5">
                <span class="font-medium">{ACTION_WORDS[entry.action] ?? entry.action}</span>
                <span class="block text-muted-foreground">
                  <Time at={entry.at} /> · {entry.actorKind} {entry.actorId} ·{" "}
                  <a
                    class="link"
                    href={
                      entry.subjectKind === "instance"
                        ? consolePaths.instance(entry.subjectId)
                        : consolePaths.plugin(entry.subjectId)
                    }
                  >
                    {entry.subjectKind} {entry.subjectId}
                  </a>
                </span>
              </li>
            ))}
          </ol>
        )}
        <div class="mt-4 flex flex-wrap gap-3">
          {view.next === null ? null : (
            <LinkButton href={consolePaths.activity(view.next)} isQuiet>
              Older
            </LinkButton>
          )}
          <LinkButton href={consolePaths.auditFile()} isQuiet>
            Download (JSON lines)
          </LinkButton>
        </div>
      </Section>
      {view.notices.map(({ instance, deliveries }) => (
        <Section id={`notices-${instance.id}`} title={`Notices to ${instance.name}`}>
          <Deliveries instanceId={instance.id} deliveries={deliveries} />
        </Section>
      ))}
    </ConsoleShell>
  );
}
