import type { Child } from "hono/jsx";
import { accountPaths } from "../../contract/account/paths.ts";
import { consolePaths } from "../../contract/console/paths.ts";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { CONSOLE } from "./words.ts";

export type ConsolePlace = "instances" | "plugins" | "licenses" | "orders" | "notifications" | "activity";

const PLACES: readonly (readonly [ConsolePlace, string])[] = [
  ["instances", consolePaths.instances()],
  ["plugins", consolePaths.plugins()],
  ["licenses", consolePaths.licenses()],
  ["orders", consolePaths.orders()],
  ["notifications", consolePaths.notifications()],
  ["activity", consolePaths.activity()],
];

interface ConsoleShellProps {
  readonly title: string;
  readonly at: ConsolePlace;
  readonly lead?: Child;
  /** What can be done from here: links and buttons beside the heading. */
  readonly actions?: Child;
  readonly children?: Child;
}

/** What surrounds every page of the console: its own navigation, the heading, what can be done. */
export function ConsoleShell({ title, at, lead, actions, children }: ConsoleShellProps) {
  const words = wordsOf(CONSOLE);
  return (
    <Shell title={`${title} – Rising BSM Marketplace`} isHidden at="console">
      <div class="wrap max-w-5xl pt-6">
        <nav aria-label={words.nav} class="flex flex-wrap gap-x-5 border-b border-border">
          {PLACES.map(([place, href]) => (
            <a
              href={href}
              aria-current={place === at ? "page" : undefined}
              class="-mb-px inline-flex min-h-11 items-center border-b-2 border-transparent px-0.5 text-sm font-medium text-muted-foreground hover:text-foreground aria-[current]:border-primary aria-[current]:text-foreground"
            >
              {words.places[place]}
            </a>
          ))}
          <span class="flex gap-x-5 sm:ml-auto">
            <a
              href={publisherPaths.start()}
              class="inline-flex min-h-11 items-center px-0.5 text-sm font-medium text-muted-foreground hover:text-foreground"
            >
              {words.publish}
            </a>
            <a
              href={accountPaths.account()}
              class="inline-flex min-h-11 items-center px-0.5 text-sm font-medium text-muted-foreground hover:text-foreground"
            >
              {words.account}
            </a>
          </span>
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
