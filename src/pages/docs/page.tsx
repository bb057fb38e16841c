import { raw } from "hono/html";
import { paths } from "../../contract/paths.ts";
import { Icon } from "../parts/icon.tsx";
import { wordsOf as textsOf } from "../words/dictionary.ts";
import { type DocPage, readDocs } from "./docs.ts";
import { DocsLayout } from "./layout.tsx";
import { DOCS } from "./words.ts";

/** `/docs/{slug}`: one page of the documentation. */
export function DocsPage({ page }: { page: DocPage }) {
  const words = textsOf(DOCS);
  const pages = readDocs();
  const index = pages.indexOf(page);
  return (
    <DocsLayout
      title={`${page.title} – Rising BSM Marketplace docs`}
      description={page.description}
      at={page}
      aside={<OnThisPage page={page} />}
    >
      <article lang="en">
        <p class="text-sm font-semibold text-muted-foreground">{page.section}</p>
        <h1 class="mt-1 text-3xl font-bold tracking-tight sm:text-4xl">{page.title}</h1>
        <div class="prose docs-prose mt-6">{raw(page.html)}</div>
      </article>
      <nav aria-label={words.neighbours} class="no-print mt-14 grid gap-4 sm:grid-cols-2">
        <Neighbour page={pages[index - 1]} rel="prev" />
        <Neighbour page={pages[index + 1]} rel="next" />
      </nav>
    </DocsLayout>
  );
}

function Neighbour({ page, rel }: { page: DocPage | undefined; rel: "prev" | "next" }) {
  if (page === undefined) return <span class="hidden sm:block" />;
  const words = textsOf(DOCS);
  const isNext = rel === "next";
  return (
    <a
      class={`card flex flex-col p-4 hover:bg-accent ${isNext ? "items-end text-right" : ""}`}
      href={paths.doc(page.slug)}
      rel={rel}
    >
      <span class="flex items-center gap-1 text-sm text-muted-foreground">
        {isNext ? null : <Icon name="chevron-left" />}
        {isNext ? words.next : words.previous}
        {isNext ? <Icon name="chevron-right" /> : null}
      </span>
      <span class="mt-1 font-semibold">{page.title}</span>
    </a>
  );
}

function OnThisPage({ page }: { page: DocPage }) {
  const parts = page.parts.filter(({ level }) => level === 2 || (level === 3 && page.parts.length <= 30));
  if (parts.length < 2) return null;
  return (
    <nav aria-label={textsOf(DOCS).onThisPage}>
      <p class="font-semibold">{textsOf(DOCS).onThisPage}</p>
      <ul class="mt-2 border-l border-border">
        {parts.map(({ id, level, heading }) => (
          <li>
            <a class={`docs-link ${level === 3 ? "docs-link-deep" : ""}`} href={`#${id}`}>
              {heading}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
