import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import type { AuditRow, InstanceRow } from "../../market/console/ports.ts";
import type { OrderFacts } from "../../market/sales/ports.ts";
import { Section, Time } from "../account/form-parts.tsx";
import { Pages } from "../parts/pages.tsx";
import { formatAmount, kindWords, stateWords } from "../sales/money.ts";
import { tierWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { ACTIVITY_WORDS } from "./activity-words.ts";
import { Deliveries, type Delivery } from "./instances.tsx";
import { ConsoleShell } from "./layout.tsx";
import { Empty, LinkButton, Mark } from "./parts.tsx";

export const ORDERS_A_PAGE = 20;

/** `/console/orders` */
export function OrdersPage({ orders, total, page }: { orders: readonly OrderFacts[]; total: number; page: number }) {
  const words = wordsOf(ACTIVITY_WORDS);
  return (
    <ConsoleShell title={words.orders} at="orders">
      {orders.length === 0 ? (
        <Empty title={words.noOrders}>
          <p>{words.noOrdersText}</p>
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
                {kindWords(order.kind)} · {formatAmount(order)} · {publisher.displayName} ·{" "}
                {words.forInstance(instance.name)} · <Time at={order.createdAt} />
              </p>
              {invoices.length === 0 ? null : (
                <p class="mt-1 flex flex-wrap gap-x-4 text-sm">
                  {invoices.map(({ id, kind, number }) => (
                    <a class="link inline-flex min-h-8 items-center" href={paths.invoice(id)}>
                      {kind === "invoice" ? words.invoice : words.creditNote} {number}
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

/** `/console/activity`: who changed what, and what your instances were told. */
export function ActivityPage({ view }: { view: ActivityView }) {
  const words = wordsOf(ACTIVITY_WORDS);
  return (
    <ConsoleShell title={words.title} at="activity" lead={words.lead}>
      <Section id="audit" title={words.changes}>
        {view.audit.length === 0 ? (
          <p class="text-muted-foreground">{words.nothing}</p>
        ) : (
          <ol class="divide-y divide-border text-sm">
            {view.audit.map((entry) => (
              <li class="py-2.5">
                <span class="font-medium">{words.actions[entry.action] ?? entry.action}</span>
                <span class="block text-muted-foreground">
                  <Time at={entry.at} /> · {words.kinds[entry.actorKind] ?? entry.actorKind} {entry.actorId} ·{" "}
                  <a
                    class="link"
                    href={
                      entry.subjectKind === "instance"
                        ? consolePaths.instance(entry.subjectId)
                        : consolePaths.plugin(entry.subjectId)
                    }
                  >
                    {words.kinds[entry.subjectKind] ?? entry.subjectKind} {entry.subjectId}
                  </a>
                </span>
              </li>
            ))}
          </ol>
        )}
        <div class="mt-4 flex flex-wrap gap-3">
          {view.next === null ? null : (
            <LinkButton href={consolePaths.activity(view.next)} isQuiet>
              {words.older}
            </LinkButton>
          )}
          <LinkButton href={consolePaths.auditFile()} isQuiet>
            {words.download}
          </LinkButton>
        </div>
      </Section>
      {view.notices.map(({ instance, deliveries }) => (
        <Section id={`notices-${instance.id}`} title={words.noticesTo(instance.name)}>
          <Deliveries instanceId={instance.id} deliveries={deliveries} />
        </Section>
      ))}
    </ConsoleShell>
  );
}
