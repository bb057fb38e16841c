import type { Child } from "hono/jsx";
import { accountPaths } from "../contract/account/paths.ts";
import { consolePaths } from "../contract/console/paths.ts";
import { paths } from "../contract/paths.ts";
import { Icon } from "./parts/icon.tsx";

type Place = "home" | "plugins" | "docs" | "account" | "console";

interface ShellProps {
  readonly title: string;
  readonly description?: string;
  /** The one address of this page, when others lead to it too. */
  readonly canonical?: string;
  /** Which entry of the navigation is the present one. */
  readonly at?: Place;
  /** Pages with a search field of their own do without the one in the header. */
  readonly hasOwnSearch?: boolean;
  /** Error pages stay out of search engines. */
  readonly isHidden?: boolean;
  /** Documents for paper print without the site around them. */
  readonly isPaper?: boolean;
  readonly children?: Child;
}

/** What surrounds every page: head, header with search, footer with the operator's pages. */
export function Shell({
  title,
  description,
  canonical,
  at,
  hasOwnSearch = false,
  isHidden = false,
  isPaper = false,
  children,
}: ShellProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        {description === undefined ? null : <meta name="description" content={description} />}
        {canonical === undefined ? null : <link rel="canonical" href={canonical} />}
        {isHidden ? <meta name="robots" content="noindex" /> : null}
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#020817" />
        <link rel="icon" type="image/svg+xml" href={paths.asset("mark.svg")} />
        <link rel="preload" as="font" type="font/woff2" href={paths.asset("inter.woff2")} crossorigin="anonymous" />
        <link rel="stylesheet" href={paths.asset("site.css")} />
      </head>
      <body class="flex min-h-screen flex-col bg-background font-sans text-base text-foreground antialiased">
        <a class="skip-link button" href="#content">
          Skip to content
        </a>
        <Header at={at} hasSearch={!hasOwnSearch} isPaper={isPaper} />
        <main id="content" class="flex-1">
          {children}
        </main>
        <Footer isPaper={isPaper} />
      </body>
    </html>
  );
}

function Header({ at, hasSearch, isPaper }: { at: Place | undefined; hasSearch: boolean; isPaper: boolean }) {
  return (
    <header
      class={`sticky top-0 z-20 border-b border-border bg-background ${isPaper ? "print:hidden" : "print:static"}`}
    >
      <div class="wrap flex min-h-16 flex-wrap items-center gap-x-6 gap-y-2 py-2">
        <a href={paths.home()} class="flex items-center gap-2.5" aria-current={at === "home" ? "page" : undefined}>
          <img src={paths.asset("mark.svg")} width="32" height="32" alt="" class="size-8" />
          <span class="font-semibold tracking-tight">
            Rising BSM <span class="font-normal text-muted-foreground max-[22.5rem]:sr-only">Marketplace</span>
          </span>
        </a>
        <nav aria-label="Main" class="ml-auto flex gap-x-4 sm:ml-0">
          <MainLink href={paths.plugins()} isHere={at === "plugins"}>
            Plugins
          </MainLink>
          <MainLink href={paths.docs()} isHere={at === "docs"}>
            Docs
          </MainLink>
          <MainLink href={accountPaths.account()} isHere={at === "account"}>
            Account
          </MainLink>
          {at === "account" || at === "console" ? (
            <MainLink href={consolePaths.home()} isHere={at === "console"}>
              Console
            </MainLink>
          ) : null}
        </nav>
        {hasSearch ? (
          <search class="relative hidden w-72 sm:ml-auto sm:block">
            <form action={paths.plugins()} method="get">
              <label class="sr-only" for="header-search">
                Search plugins
              </label>
              <Icon name="search" class="pointer-events-none absolute left-3 top-3.5 size-4 text-muted-foreground" />
              <input
                id="header-search"
                class="field pl-9 text-sm"
                type="search"
                name="query"
                maxlength={100}
                placeholder="Search plugins"
              />
            </form>
          </search>
        ) : null}
      </div>
    </header>
  );
}

function MainLink({ href, isHere, children }: { href: string; isHere: boolean; children?: Child }) {
  return (
    <a
      href={href}
      aria-current={isHere ? "page" : undefined}
      class="inline-flex min-h-11 items-center px-1 text-sm font-medium text-muted-foreground hover:text-foreground aria-[current]:text-foreground"
    >
      {children}
    </a>
  );
}

function Footer({ isPaper }: { isPaper: boolean }) {
  return (
    <footer class={`mt-20 border-t border-border bg-accent${isPaper ? " print:hidden" : ""}`}>
      <div class="wrap flex flex-col gap-6 py-10 text-sm text-muted-foreground sm:flex-row sm:items-center sm:justify-between">
        <p class="flex items-center gap-2.5">
          <img src={paths.asset("mark.svg")} width="24" height="24" alt="" class="size-6" />
          Plugins for Rising BSM, signed and reviewed.
        </p>
        <nav aria-label="Legal and service" class="flex flex-wrap gap-x-6 gap-y-1">
          <FooterLink href={paths.plugins()}>Plugins</FooterLink>
          <FooterLink href={paths.docs()}>Docs</FooterLink>
          <FooterLink href={paths.openapi()}>API description</FooterLink>
          <FooterLink href={paths.imprint()}>Impressum</FooterLink>
          <FooterLink href={paths.privacy()}>Datenschutz</FooterLink>
          <FooterLink href={paths.terms()}>AGB</FooterLink>
        </nav>
      </div>
    </footer>
  );
}

function FooterLink({ href, children }: { href: string; children?: Child }) {
  return (
    <a href={href} class="inline-flex min-h-8 items-center underline-offset-4 hover:text-foreground hover:underline">
      {children}
    </a>
  );
}
