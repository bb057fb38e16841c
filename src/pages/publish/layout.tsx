import type { Child } from "hono/jsx";
import { accountPaths } from "../../contract/account/paths.ts";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { holds, type Right, type Seat } from "./on-publish.ts";
import { FRAME_WORDS } from "./words.ts";

const PLACES = [
  ["overview", "see", publisherPaths.home],
  ["plugins", "see", publisherPaths.plugins],
  ["upload", "edit", publisherPaths.upload],
  ["licenses", "license", publisherPaths.licenses],
  ["sales", "sell", publisherPaths.sales],
  ["analytics", "statistics", publisherPaths.analytics],
  ["reviews", "see", publisherPaths.reviews],
  ["keys", "see", publisherPaths.keys],
  ["webhooks", "publish", publisherPaths.webhooks],
] as const satisfies readonly (readonly [string, Right, (handle: string) => string])[];

export type PublishPlace = (typeof PLACES)[number][0];

interface PublishShellProps {
  readonly seat: Seat;
  readonly title: string;
  readonly at: PublishPlace;
  readonly lead?: Child;
  /** What can be done from here: links and buttons beside the heading. */
  readonly actions?: Child;
  readonly children?: Child;
}

/** What surrounds every page of the publisher's console: whose it is, the places its role may go to, the heading. */
export function PublishShell({ seat, title, at, lead, actions, children }: PublishShellProps) {
  const words = wordsOf(FRAME_WORDS);
  const { member, memberships } = seat;
  return (
    <Shell title={`${title} – ${member.displayName} – Rising BSM Marketplace`} isHidden at="console">
      <div class="wrap max-w-5xl pt-6">
        <p class="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted-foreground">
          <a class="link" href={accountPaths.organization(member.handle)}>
            {member.displayName}
          </a>
          <span>{words.roles[member.role]}</span>
          {memberships.length > 1 ? (
            <a class="link" href={publisherPaths.start()}>
              {words.other}
            </a>
          ) : null}
        </p>
        <nav aria-label={words.navigation} class="mt-1 flex flex-wrap gap-x-5 border-b border-border">
          {PLACES.filter(([, right]) => holds(seat, right)).map(([place, , href]) => (
            <a
              href={href(member.handle)}
              aria-current={place === at ? "page" : undefined}
              class="-mb-px inline-flex min-h-11 items-center border-b-2 border-transparent px-0.5 text-sm font-medium text-muted-foreground hover:text-foreground aria-[current]:border-primary aria-[current]:text-foreground"
            >
              {words.places[place]}
            </a>
          ))}
        </nav>
        <div class="mt-8 flex flex-wrap items-start justify-between gap-4">
          <div class="min-w-0 flex-1 basis-64">
            <h1 class="text-3xl font-bold tracking-tight">{title}</h1>
            {lead === undefined ? null : <p class="mt-2 text-muted-foreground">{lead}</p>}
          </div>
          {actions === undefined ? null : <div class="flex flex-wrap gap-3">{actions}</div>}
        </div>
        {children}
      </div>
    </Shell>
  );
}
