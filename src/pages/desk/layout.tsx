import type { Child } from "hono/jsx";
import { deskPaths } from "../../contract/desk/paths.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { FRAME_WORDS } from "./words.ts";

const PLACES = [
  ["overview", deskPaths.home()],
  ["queue", deskPaths.queue()],
  ["reports", deskPaths.reports()],
  ["publishers", deskPaths.publishers()],
  ["licenses", deskPaths.licenses()],
  ["keys", deskPaths.keys()],
  ["audit", deskPaths.audit()],
  ["health", deskPaths.health()],
] as const;

export type DeskPlace = (typeof PLACES)[number][0];

interface DeskShellProps {
  readonly title: string;
  readonly at: DeskPlace;
  readonly lead?: Child;
  /** What can be done from here: links and buttons beside the heading. */
  readonly actions?: Child;
  /** Files and tables need room. */
  readonly isWide?: boolean;
  readonly children?: Child;
}

/** What surrounds every page of the desk. */
export function DeskShell({ title, at, lead, actions, isWide = false, children }: DeskShellProps) {
  const words = wordsOf(FRAME_WORDS);
  return (
    <Shell title={`${title} – ${words.desk} – Rising BSM Marketplace`} isHidden at="console">
      <div class={`wrap pt-6 ${isWide ? "" : "max-w-5xl"}`}>
        <nav aria-label={words.desk} class="flex flex-wrap gap-x-5 border-b border-border">
          {PLACES.map(([place, href]) => (
            <a
              href={href}
              aria-current={place === at ? "page" : undefined}
              class="-mb-px inline-flex min-h-11 items-center border-b-2 border-transparent px-0.5 text-sm font-medium text-muted-foreground hover:text-foreground aria-[current]:border-primary aria-[current]:text-foreground"
            >
              {words.places[place]}
            </a>
          ))}
          <a
            href={deskPaths.mail()}
            class="inline-flex min-h-11 items-center px-0.5 text-sm font-medium text-muted-foreground hover:text-foreground"
          >
            {words.mail}
          </a>
        </nav>
        <div class="mt-8 flex flex-wrap items-start justify-between gap-4">
          <div class="min-w-0 flex-1 basis-64">
            <h1 class="text-3xl font-bold tracking-tight break-words">{title}</h1>
            {lead === undefined ? null : <p class="mt-2 text-muted-foreground">{lead}</p>}
          </div>
          {actions === undefined ? null : <div class="flex flex-wrap gap-3">{actions}</div>}
        </div>
        {children}
      </div>
    </Shell>
  );
}
