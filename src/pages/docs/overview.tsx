import { paths } from "../../contract/paths.ts";
import { plural } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { wordsOf as textsOf } from "../words/dictionary.ts";
import { type DocPage, readDocs } from "./docs.ts";
import { DocsLayout, docSections, shortTitle } from "./layout.tsx";
import { type DocHit, markWords, type Piece, searchDocs, wordsOf } from "./search.ts";
import { DOCS } from "./words.ts";

/** `/docs`: where to begin, and everything there is. */
export function DocsOverview() {
  const words = textsOf(DOCS);
  return (
    <DocsLayout title={`${words.title} – Rising BSM Marketplace`} description={words.description} at={null}>
      <h1 class="text-3xl font-bold tracking-tight sm:text-4xl">{words.title}</h1>
      <p class="mt-4 max-w-2xl text-lg leading-relaxed text-muted-foreground">{words.description}</p>
      <a class="card docs-start mt-8 flex items-center gap-4 p-5" href={paths.doc("first-plugin")}>
        <span class="plugin-tile flex size-12 shrink-0 items-center justify-center rounded-lg">
          <Icon name="zap" class="size-6" />
        </span>
        <span>
          <span class="block text-lg font-semibold">{words.start}</span>
          <span class="block text-muted-foreground">{words.startHint}</span>
        </span>
        <Icon name="arrow-right" class="ml-auto size-5 text-muted-foreground" />
      </a>
      {docSections().map(({ section, pages }) => (
        <section class="mt-12">
          <h2 class="text-xl font-semibold tracking-tight">{section}</h2>
          <ul class="mt-4 grid gap-4 sm:grid-cols-2">
            {pages.filter(isListed).map((page) => (
              <li class="card relative p-4 hover:bg-accent">
                <a class="docs-card-link font-semibold" href={paths.doc(page.slug)}>
                  {shortTitle(page)}
                </a>
                <p class="mt-1 text-sm leading-relaxed text-muted-foreground">{page.description}</p>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </DocsLayout>
  );
}

/** The first page stands above already. */
function isListed({ slug }: DocPage): boolean {
  return slug !== "first-plugin";
}

/** `/docs?q=`: what was found, without a script. */
export function DocsSearchPage({ query }: { query: string }) {
  const hits = searchDocs(readDocs(), query);
  const texts = textsOf(DOCS);
  const words = wordsOf(query);
  return (
    <DocsLayout
      title={`${query} – Rising BSM Marketplace docs`}
      description={texts.description}
      at={null}
      query={query}
      isHidden
    >
      <h1 class="text-3xl font-bold tracking-tight">{texts.searchTitle}</h1>
      <p class="mt-3 text-muted-foreground" role="status">
        {hits.length === 0 ? (
          <>
            {texts.nothing(query)}{" "}
            <a class="link" href={paths.docs()}>
              {texts.contentsLink}
            </a>
            .
          </>
        ) : (
          `${plural(hits.length, "place")} for “${query}”`
        )}
      </p>
      <ol class="mt-8 space-y-7">
        {hits.map((hit) => (
          <Hit hit={hit} words={words} />
        ))}
      </ol>
    </DocsLayout>
  );
}

function Hit({ hit: { page, part, snippet }, words }: { hit: DocHit; words: readonly string[] }) {
  const href = paths.doc(page.slug) + (part.id === "" ? "" : `#${part.id}`);
  return (
    <li>
      <p class="text-sm text-muted-foreground">
        {page.section}
        {part.id === "" ? "" : ` › ${page.title}`}
      </p>
      <h2 class="mt-0.5 text-lg font-semibold">
        <a class="link" href={href}>
          <Marked pieces={markWords(part.heading || page.title, words)} />
        </a>
      </h2>
      <p class="mt-1 max-w-[70ch] leading-relaxed">
        <Marked pieces={snippet} />
      </p>
    </li>
  );
}

function Marked({ pieces }: { pieces: readonly Piece[] }) {
  return <>{pieces.map(({ text, isFound }) => (isFound ? <mark>{text}</mark> : text))}</>;
}
