import { paths } from "../contract/paths.ts";
import { SEARCH_SORTS, type SearchFacets, type SearchPage } from "../market/catalogue/search-ports.ts";
import { ActiveFilters, Facets } from "./list-facets.tsx";
import { EVERYTHING, isFiltered, type ListState, listFields, listPath, PAGE_SIZE } from "./list-state.ts";
import { LIST } from "./list-words.ts";
import { Icon } from "./parts/icon.tsx";
import { Pages } from "./parts/pages.tsx";
import { FoundGrid } from "./parts/plugin-card.tsx";
import { SearchField } from "./parts/search-field.tsx";
import { Shell } from "./shell.tsx";
import { wordsOf } from "./words/dictionary.ts";

export interface ListView {
  readonly state: ListState;
  readonly page: Pick<SearchPage, "items" | "total" | "isTotalExact" | "match" | "page">;
  readonly facets: SearchFacets;
}

/** `/plugins`: the catalogue, searched by a form whose address is its state. */
export function ListPage({ view: { state, page, facets } }: { view: ListView }) {
  const words = wordsOf(LIST);
  const title = state.query === "" ? words.title : words.titleFor(state.query);
  const last = Math.max(1, Math.ceil(page.total / PAGE_SIZE));
  return (
    <Shell
      title={`${title} – Rising BSM Marketplace`}
      description={words.description}
      canonical={listPath(state, { page: state.page })}
      isHidden={isDeep(state)}
      at="plugins"
      hasOwnSearch
    >
      <div class="wrap pt-10">
        <h1 class="text-3xl font-bold tracking-tight">{words.title}</h1>
        <SearchForm state={state} />
        <div class="mt-6 grid grid-cols-1 gap-x-10 gap-y-6 lg:grid-cols-[15rem_minmax(0,1fr)]">
          <Facets state={state} facets={facets} />
          <div class="min-w-0">
            <ActiveFilters state={state} />
            <p class="mb-5 text-sm text-muted-foreground" role="status">
              {resultLine(page)}
            </p>
            <MatchNote page={page} query={state.query} />
            {page.items.length > 0 ? (
              <FoundGrid items={page.items} />
            ) : page.total > 0 ? (
              <BeyondTheEnd state={state} last={last} />
            ) : (
              <NothingFound state={state} />
            )}
            <Pages page={page.page} last={last} href={(number) => listPath(state, { page: number })} />
          </div>
        </div>
      </div>
    </Shell>
  );
}

/** Search engines see the whole list, each type and each category; every other combination is for people. */
function isDeep(state: ListState): boolean {
  return listFields({ ...state, page: 1 }).some(([name]) => name !== "type" && name !== "category");
}

function resultLine(page: ListView["page"]): string {
  const words = wordsOf(LIST);
  if (page.total === 0) return words.none;
  const first = (page.page - 1) * PAGE_SIZE + 1;
  if (page.items.length === 0 || page.total <= PAGE_SIZE) return words.plugins(page.total);
  if (!page.isTotalExact) return words.rangeOfMany(first, first + page.items.length - 1, page.total);
  return words.range(first, first + page.items.length - 1, page.total);
}

/** Says when the words were not found as they stand. */
function MatchNote({ page, query }: { page: ListView["page"]; query: string }) {
  const words = wordsOf(LIST);
  if (query === "" || page.items.length === 0) return null;
  const note = page.match === "similar" ? words.similar(query) : page.match === "any" ? words.any : null;
  if (note === null) return null;
  return (
    <p class="mb-5 rounded-lg bg-info-soft px-4 py-3 text-sm text-info-on-soft" dir="auto">
      {note}
    </p>
  );
}

/** The words, the order and the visitor's version; what is chosen beside it stays chosen. */
function SearchForm({ state }: { state: ListState }) {
  const words = wordsOf(LIST);
  const kept = listFields(state).filter(([name]) => !["query", "sort", "app", "page"].includes(name));
  return (
    <search class="mt-6 block">
      <form action={paths.plugins()} method="get">
        {kept.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <SearchField id="list-search" value={state.query} label={words.search} />
        <div class="mt-4 grid grid-cols-2 items-end gap-3 sm:flex sm:flex-wrap">
          <div class="min-w-0 sm:w-52">
            <label class="mb-1.5 block text-sm font-medium" for="sort">
              {words.sort}
            </label>
            <select id="sort" name="sort" class="field text-sm">
              {SEARCH_SORTS.map((sort) => (
                <option value={sort} selected={sort === state.sort}>
                  {words.sorts[sort]}
                </option>
              ))}
            </select>
          </div>
          <div class="min-w-0 sm:w-52">
            <label class="mb-1.5 block text-sm font-medium" for="app">
              {words.app}
            </label>
            <input
              id="app"
              name="app"
              class="field text-sm"
              value={state.app ?? ""}
              placeholder={words.appHint}
              pattern="[0-9]+\.[0-9]+\.[0-9]+.*"
              title={words.appTitle}
              maxlength={64}
              autocomplete="off"
            />
          </div>
          <button type="submit" class="button button-quiet col-span-2">
            <Icon name="sliders-horizontal" />
            {words.apply}
          </button>
        </div>
      </form>
    </search>
  );
}

function NothingFound({ state }: { state: ListState }) {
  const words = wordsOf(LIST);
  const isNarrowed = isFiltered(state);
  return (
    <section class="card flex flex-col items-center px-6 py-16 text-center">
      <Icon name={isNarrowed ? "search" : "package"} class="size-10 text-muted-foreground" />
      <h2 class="mt-4 text-xl font-semibold">{isNarrowed ? words.nothing : words.empty}</h2>
      <p class="mt-2 max-w-md text-muted-foreground">{isNarrowed ? words.nothingHint : words.emptyHint}</p>
      {isNarrowed ? (
        <a class="button button-quiet mt-6" href={paths.plugins()}>
          {words.showAll}
        </a>
      ) : null}
    </section>
  );
}

function BeyondTheEnd({ state, last }: { state: ListState; last: number }) {
  const words = wordsOf(LIST);
  return (
    <section class="card flex flex-col items-center px-6 py-16 text-center">
      <h2 class="text-xl font-semibold">{words.ends}</h2>
      <p class="mt-2 text-muted-foreground">{words.endsHint(last)}</p>
      <a class="button button-quiet mt-6" href={listPath({ ...EVERYTHING, ...state }, { page: last })}>
        {words.toLast}
      </a>
    </section>
  );
}
