import type { Child } from "hono/jsx";
import { accountPaths } from "../contract/account/paths.ts";
import { consolePaths } from "../contract/console/paths.ts";
import { paths } from "../contract/paths.ts";
import { Icon } from "./parts/icon.tsx";
import { SHELL } from "./shell-words.ts";
import { wordsOf } from "./words/dictionary.ts";
import { currentLanguage, LANGUAGES, type Language } from "./words/language.ts";
import { LanguageLinks, languagePath, SocialTags } from "./words/links.tsx";

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
  /** Path of a picture that other sites show beside a link to this page; without one the marketplace's own. */
  readonly picture?: string | null;
  /** Path of the Atom feed that belongs to this page, if another than that of everything. */
  readonly feed?: string;
  /** What else belongs into the head. */
  readonly head?: Child;
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
  picture = null,
  feed = paths.feed("atom"),
  head,
  children,
}: ShellProps) {
  const language = currentLanguage();
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        {description === undefined ? null : <meta name="description" content={description} />}
        {canonical === undefined ? null : <LanguageLinks address={canonical} />}
        {isHidden ? <meta name="robots" content="noindex" /> : null}
        {canonical === undefined || isHidden ? null : (
          <SocialTags title={title} description={description} address={canonical} picture={picture} />
        )}
        <link rel="alternate" type="application/atom+xml" title={wordsOf(SHELL).newPlugins} href={feed} />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#020817" />
        <link rel="icon" type="image/svg+xml" href={paths.asset("mark.svg")} />
        <link rel="preload" as="font" type="font/woff2" href={paths.asset("inter.woff2")} crossorigin="anonymous" />
        <link rel="stylesheet" href={paths.asset("site.css")} />
        {head ?? null}
      </head>
      <body class="flex min-h-screen flex-col bg-background font-sans text-base text-foreground antialiased">
        <a class="skip-link button" href="#content">
          {wordsOf(SHELL).skip}
        </a>
        <Header at={at} hasSearch={!hasOwnSearch} isPaper={isPaper} />
        <main id="content" class="flex-1">
          {children}
        </main>
        <Footer isPaper={isPaper} address={canonical} />
      </body>
    </html>
  );
}

function Header({ at, hasSearch, isPaper }: { at: Place | undefined; hasSearch: boolean; isPaper: boolean }) {
  const words = wordsOf(SHELL);
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
        <nav aria-label={words.main} class="ml-auto flex gap-x-4 sm:ml-0">
          <MainLink href={paths.plugins()} isHere={at === "plugins"}>
            {words.plugins}
          </MainLink>
          <MainLink href={paths.docs()} isHere={at === "docs"}>
            {words.docs}
          </MainLink>
          <MainLink href={accountPaths.account()} isHere={at === "account"}>
            {words.account}
          </MainLink>
          {at === "account" || at === "console" ? (
            <MainLink href={consolePaths.home()} isHere={at === "console"}>
              {words.console}
            </MainLink>
          ) : null}
        </nav>
        {hasSearch ? (
          <search class="relative hidden w-72 sm:ml-auto sm:block">
            <form action={paths.plugins()} method="get">
              <label class="sr-only" for="header-search">
                {words.search}
              </label>
              <Icon name="search" class="pointer-events-none absolute left-3 top-3.5 size-4 text-muted-foreground" />
              <input
                id="header-search"
                class="field pl-9 text-sm"
                type="search"
                name="query"
                maxlength={100}
                placeholder={words.search}
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

function Footer({ isPaper, address }: { isPaper: boolean; address: string | undefined }) {
  const words = wordsOf(SHELL);
  return (
    <footer class={`mt-20 border-t border-border bg-accent${isPaper ? " print:hidden" : ""}`}>
      <div class="wrap flex flex-col gap-6 py-10 text-sm text-muted-foreground lg:flex-row lg:items-center lg:justify-between">
        <p class="flex items-center gap-2.5">
          <img src={paths.asset("mark.svg")} width="24" height="24" alt="" class="size-6" />
          {words.claim}
        </p>
        <div class="flex flex-wrap items-center gap-x-6 gap-y-1">
          <nav aria-label={words.service} class="flex flex-wrap gap-x-6 gap-y-1">
            <FooterLink href={paths.plugins()}>{words.plugins}</FooterLink>
            <FooterLink href={paths.docs()}>{words.docs}</FooterLink>
            <FooterLink href={paths.openapi()}>{words.api}</FooterLink>
            <FooterLink href={paths.imprint()}>{words.imprint}</FooterLink>
            <FooterLink href={paths.privacy()}>{words.privacy}</FooterLink>
            <FooterLink href={paths.terms()}>{words.terms}</FooterLink>
          </nav>
          <LanguageSwitch address={address} />
        </div>
      </div>
    </footer>
  );
}

const LANGUAGE_NAMES = { en: "English", de: "Deutsch" } as const satisfies Record<Language, string>;

/** Each language in its own words; choosing one keeps it (`words/README.md`). */
function LanguageSwitch({ address }: { address: string | undefined }) {
  const here = currentLanguage();
  return (
    <nav aria-label={wordsOf(SHELL).language} class="no-print flex gap-x-4">
      {LANGUAGES.map((language) => (
        <a
          href={languagePath(language, address)}
          hreflang={language}
          lang={language}
          rel="nofollow"
          aria-current={language === here ? "true" : undefined}
          class="inline-flex min-h-8 items-center underline-offset-4 hover:text-foreground hover:underline aria-[current]:font-semibold aria-[current]:text-foreground"
        >
          {LANGUAGE_NAMES[language]}
        </a>
      ))}
    </nav>
  );
}

function FooterLink({ href, children }: { href: string; children?: Child }) {
  return (
    <a href={href} class="inline-flex min-h-8 items-center underline-offset-4 hover:text-foreground hover:underline">
      {children}
    </a>
  );
}
