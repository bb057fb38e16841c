import type { Child } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import { Icon } from "../parts/icon.tsx";
import { Shell } from "../shell.tsx";
import { wordsOf as textsOf } from "../words/dictionary.ts";
import { type DocPage, readDocs } from "./docs.ts";
import { DOCS } from "./words.ts";

interface DocsLayoutProps {
  readonly title: string;
  readonly description: string;
  /** The page that is shown; null on the overview and the search. */
  readonly at: DocPage | null;
  readonly query?: string;
  readonly isHidden?: boolean;
  readonly aside?: Child;
  readonly children?: Child;
}

/** Every page of the documentation: the contents on the left, a search above, what the page holds on the right. */
export function DocsLayout({ title, description, at, query = "", isHidden = false, aside, children }: DocsLayoutProps) {
  const words = textsOf(DOCS);
  const canonical = isHidden ? {} : { canonical: at === null ? paths.docs() : paths.doc(at.slug) };
  return (
    <Shell title={title} description={description} at="docs" isHidden={isHidden} hasOwnSearch {...canonical}>
      <div class="wrap docs-grid pt-6 lg:pt-10">
        <aside class="docs-side no-print" aria-label={words.aside}>
          <DocsSearch query={query} />
          <details class="mt-3 lg:hidden">
            <summary class="button button-quiet w-full">{words.allPages}</summary>
            <Contents at={at} />
          </details>
          <div class="hidden lg:block">
            <Contents at={at} />
          </div>
        </aside>
        <div class="min-w-0">
          {words.language === "" ? null : <p class="mb-4 text-sm text-muted-foreground">{words.language}</p>}
          {children}
        </div>
        {aside === undefined ? null : (
          <aside class="docs-toc no-print" aria-label={words.onThisPage}>
            {aside}
          </aside>
        )}
      </div>
    </Shell>
  );
}

function DocsSearch({ query }: { query: string }) {
  const words = textsOf(DOCS);
  return (
    <search>
      <form action={paths.docs()} method="get" class="relative">
        <label class="sr-only" for="docs-search">
          {words.searchLabel}
        </label>
        <Icon name="search" class="pointer-events-none absolute left-3 top-3.5 size-4 text-muted-foreground" />
        <input
          id="docs-search"
          class="field pl-9 text-sm"
          type="search"
          name="q"
          value={query}
          maxlength={100}
          placeholder={words.search}
        />
      </form>
    </search>
  );
}

function Contents({ at }: { at: DocPage | null }) {
  return (
    <nav aria-label={textsOf(DOCS).contents} class="mt-6 space-y-6 text-sm">
      {docSections().map(({ section, pages }) => (
        <div>
          <p class="font-semibold">{section}</p>
          <ul class="mt-2 border-l border-border">
            {pages.map((page) => (
              <li>
                <a
                  class="docs-link"
                  href={paths.doc(page.slug)}
                  aria-current={page.slug === at?.slug ? "page" : undefined}
                >
                  {shortTitle(page)}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** The contents, section by section. */
export function docSections(): readonly { readonly section: string; readonly pages: readonly DocPage[] }[] {
  return [...Map.groupBy(readDocs(), (page) => page.section)].map(([section, pages]) => ({ section, pages }));
}

/** In the contents the section has been said already. */
export function shortTitle(page: DocPage): string {
  return page.slug === "api" || page.slug === "sdk" ? "Overview" : page.title.replace(/^(?:API|SDK): /, "");
}
