import { consolePaths } from "../../contract/console/paths.ts";
import { paths } from "../../contract/paths.ts";
import { deriveState } from "../../domain/license/states.ts";
import { DAY } from "../../domain/time.ts";
import type { InstalledRow, InstanceRow, LicenseRow, TransferRow } from "../../market/console/ports.ts";
import type { OrderFacts } from "../../market/sales/ports.ts";
import { Time } from "../account/form-parts.tsx";
import { formatCount, formatMoney } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { hasUpdate } from "./installed-list.tsx";
import { ConsoleShell } from "./layout.tsx";
import { NOTICE_WORDS } from "./notice-words.ts";
import { Empty, LinkButton, Mark } from "./parts.tsx";

const SOON = 14 * DAY;

export interface NoticesView {
  readonly instances: readonly InstanceRow[];
  readonly installed: readonly InstalledRow[];
  readonly licenses: readonly LicenseRow[];
  readonly offers: readonly TransferRow[];
  /** Those that wait for money. */
  readonly orders: readonly OrderFacts[];
  readonly now: number;
}

interface Notice {
  readonly tone: "bad" | "warn" | "info";
  readonly text: string;
  readonly href: string;
  /** Unix seconds. */
  readonly until?: number;
}

/** `/console/notifications`: read from how things stand, so that nothing here is ever stale. */
export function NoticesPage({ view }: { view: NoticesView }) {
  const words = wordsOf(NOTICE_WORDS);
  const notices = noticesOf(view, words);
  const marks = { bad: "!", warn: "!", info: "i" } as const;
  return (
    <ConsoleShell title={words.title} at="notifications" lead={words.lead}>
      {notices.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneText}</p>
        </Empty>
      ) : (
        <ul class="card mt-8 divide-y divide-border px-6 py-2">
          {notices.map(({ tone, text, href, until }) => (
            <li class="flex flex-wrap items-center justify-between gap-3 py-4">
              <p class="flex min-w-0 flex-1 basis-56 items-start gap-3">
                <Mark tone={tone}>{marks[tone]}</Mark>
                <span>
                  {text}
                  {until === undefined ? null : (
                    <span class="text-sm text-muted-foreground">
                      {" "}
                      {words.until} <Time at={until} />
                    </span>
                  )}
                </span>
              </p>
              <LinkButton href={href} isQuiet>
                {words.look}
              </LinkButton>
            </li>
          ))}
        </ul>
      )}
    </ConsoleShell>
  );
}

type Words = ReturnType<typeof wordsOf<(typeof NOTICE_WORDS)["en"]>>;

/** What is broken first, then what is about to, then what is offered. */
function noticesOf(view: NoticesView, words: Words): readonly Notice[] {
  const notices = [
    ...view.instances.flatMap((instance) => ofInstance(instance, words)),
    ...view.installed.flatMap((row) => ofInstalled(row, words, view.now)),
    ...view.licenses.flatMap((license) => ofLicense(license, words, view.now)),
    ...view.orders.map(
      ({ order, plugin }): Notice => ({
        tone: "warn",
        text: words.pay(plugin.displayName, formatMoney(order.amount)),
        href: paths.checkout(order.id),
        until: order.expiresAt,
      }),
    ),
    ...view.offers.map(
      (offer): Notice => ({
        tone: "info",
        text: words.offer(offer.plugin.displayName),
        href: consolePaths.licenseAccept(offer.licenseId),
        until: offer.expiresAt,
      }),
    ),
  ];
  const order = { bad: 0, warn: 1, info: 2 };
  return notices.toSorted((a, b) => order[a.tone] - order[b.tone]);
}

function ofInstance(instance: InstanceRow, words: Words): readonly Notice[] {
  const href = consolePaths.instance(instance.id);
  return [
    ...(instance.isSuspended ? [{ tone: "bad", text: words.suspended(instance.name), href } as const] : []),
    ...(instance.webhookPausedAt === null ? [] : [{ tone: "bad", text: words.paused(instance.name), href } as const]),
    ...(instance.hasHostKey || instance.isPull || instance.installed === 0
      ? []
      : [{ tone: "warn", text: words.noKey(instance.name), href } as const]),
  ];
}

function ofInstalled(row: InstalledRow, words: Words, now: number): readonly Notice[] {
  const href = consolePaths.plugin(row.activationId);
  const { displayName } = row.plugin;
  if (row.suspendedAt !== null) return [{ tone: "bad", text: words.stopped(displayName, row.instance.name), href }];
  const isOver = !["active", "trialing", "past_due"].includes(deriveState(row.license, now));
  return [
    ...(row.leaseUntil <= now && !isOver
      ? [{ tone: "bad", text: words.lapsed(displayName, row.instance.name), href } as const]
      : []),
    ...(row.failures > 0
      ? [
          {
            tone: "warn",
            text: words.failing(displayName, row.instance.name, formatCount(row.failures), formatCount(row.runs)),
            href,
          } as const,
        ]
      : []),
    ...(hasUpdate(row)
      ? [
          {
            tone: "info",
            text: words.update(displayName, row.latestVersion ?? "", row.instance.name),
            href: consolePaths.update(row.activationId),
          } as const,
        ]
      : []),
  ];
}

/** A license that nothing uses any more may end in peace. */
function ofLicense(license: LicenseRow, words: Words, now: number): readonly Notice[] {
  const end = license.graceUntil ?? license.expiresAt;
  if (end === null || license.state !== "active" || end > now + SOON || end < now - SOON) return [];
  const { displayName } = license.plugin;
  const text = (end <= now ? words.ended : words.ends)(displayName, license.instance.name);
  const href = consolePaths.license(license.id);
  return [end <= now ? { tone: "bad", text, href } : { tone: "warn", text, href, until: end }];
}
