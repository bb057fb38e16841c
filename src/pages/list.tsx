import { paths } from "../contract/paths.ts";
import { CATEGORIES, PLUGIN_TYPES } from "../domain/manifest/permissions.ts";
import type { CataloguePage } from "../market/catalogue/views.ts";
import { plural } from "./format.ts";
import { EVERYTHING, isFiltered, type ListState, listPath, PAGE_SIZE, RATINGS, SORTS } from "./list-state.ts";
import { Icon } from "./parts/icon.tsx";
import { Pages } from "./parts/pages.tsx";
import { PluginGrid } from "./parts/plugin-card.tsx";
import { SearchField } from "./parts/search-field.tsx";
import { Shell } from "./shell.tsx";
import { categoryWords, typeWords } from "./words/codes.ts";

export interface ListView {
  readonly state: ListState;
  readonly page: CataloguePage;
}

/** `/plugins`: the catalogue, searched by a form whose address is its state. */
export function ListPage({ view: { state, page } }: { view: ListView }) {
  const title = state.query === "" ? "Plugins" : `Plugins for “${state.query}”`;
  const last = Math.max(1, Math.ceil(page.total / PAGE_SIZE));
  return (
    <Shell
      title={`${title} – Rising BSM Marketplace`}
      description="All plugins for Rising BSM: search, filter by type, category and rating."
      at="plugins"
      hasOwnSearch
    >
      <div class="wrap pt-10">
        <h1 class="text-3xl font-bold tracking-tight">Plugins</h1>
        <FilterForm state={state} />
        <ActiveFilters state={state} />
        <p class="mb-5 mt-8 text-sm text-muted-foreground" role="status">
          {resultLine(page)}
        </p>
        {page.items.length > 0 ? (
          <PluginGrid items={page.items} level={2} />
        ) : page.total > 0 ? (
          <BeyondTheEnd state={state} last={last} />
        ) : (
          <NothingFound state={state} />
        )}
        <Pages page={page.page} last={last} href={(number) => listPath(state, { page: number })} />
      </div>
    </Shell>
  );
}

function resultLine(page: CataloguePage): string {
  if (page.total === 0) return "No plugins";
  const first = (page.page - 1) * PAGE_SIZE + 1;
  if (page.items.length === 0 || page.total <= PAGE_SIZE) return plural(page.total, "plugin");
  return `${first}–${first + page.items.length - 1} of ${plural(page.total, "plugin")}`;
}

function FilterForm({ state }: { state: ListState }) {
  return (
    <search class="card mt-6 p-4 sm:p-5">
      <form action={paths.plugins()} method="get">
        <SearchField id="list-search" value={state.query} label="Search plugins" />
        {state.tag === undefined ? null : <input type="hidden" name="tag" value={state.tag} />}
        <div class="mt-4 grid grid-cols-2 gap-3 lg:grid-cols-[repeat(4,minmax(0,1fr))_auto]">
          <Choice
            id="type"
            label="Type"
            value={state.type ?? ""}
            options={[["", "All types"], ...PLUGIN_TYPES.map((type) => [type, typeWords(type).label] as const)]}
          />
          <Choice
            id="category"
            label="Category"
            value={state.category ?? ""}
            options={[
              ["", "All categories"],
              ...CATEGORIES.map((category) => [category, categoryWords(category).label] as const),
            ]}
          />
          <Choice
            id="rating"
            label="Rating"
            value={String(state.rating ?? "")}
            options={[["", "Any rating"], ...RATINGS.map((rating) => [String(rating), `${rating}+ stars`] as const)]}
          />
          <Choice
            id="sort"
            label="Sort by"
            value={state.sort}
            options={Object.entries(SORTS).map(([sort, { label }]) => [sort, label] as const)}
          />
          <button type="submit" class="button button-quiet col-span-2 self-end lg:col-span-1">
            <Icon name="sliders-horizontal" />
            Apply
          </button>
        </div>
      </form>
    </search>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
}

function Choice({ id, label, value, options }: ChoiceProps) {
  return (
    <div class="min-w-0">
      <label class="mb-1.5 block text-sm font-medium" for={id}>
        {label}
      </label>
      <select id={id} name={id} class="field text-sm">
        {options.map(([option, text]) => (
          <option value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What narrows the list, each with a way to drop it. */
function ActiveFilters({ state }: { state: ListState }) {
  if (!isFiltered(state)) return null;
  const filters: readonly (readonly [label: string, href: string] | null)[] = [
    state.query === "" ? null : [`“${state.query}”`, listPath(state, { query: "" })],
    state.type ? [typeWords(state.type).label, listPath(state, { type: undefined })] : null,
    state.category ? [categoryWords(state.category).label, listPath(state, { category: undefined })] : null,
    state.tag ? [`#${state.tag}`, listPath(state, { tag: undefined })] : null,
    state.rating ? [`${state.rating}+ stars`, listPath(state, { rating: undefined })] : null,
  ];
  return (
    <ul class="mt-4 flex flex-wrap items-center gap-2" aria-label="Active filters">
      {filters
        .flatMap((filter) => (filter === null ? [] : [filter]))
        .map(([label, href]) => (
          <li class="min-w-0">
            <a
              href={href}
              class="badge min-h-8 max-w-full bg-secondary px-3 text-sm font-medium text-foreground hover:bg-border"
            >
              <span class="sr-only">Remove filter </span>
              <span class="truncate" dir="auto">
                {label}
              </span>
              <Icon name="x" class="size-3.5" />
            </a>
          </li>
        ))}
      <li>
        <a
          class="link inline-flex min-h-8 items-center px-1 text-sm"
          href={listPath({ ...EVERYTHING, sort: state.sort })}
        >
          Clear all
        </a>
      </li>
    </ul>
  );
}

function NothingFound({ state }: { state: ListState }) {
  const isNarrowed = isFiltered(state);
  return (
    <section class="card flex flex-col items-center px-6 py-16 text-center">
      <Icon name={isNarrowed ? "search" : "package"} class="size-10 text-muted-foreground" />
      <h2 class="mt-4 text-xl font-semibold">{isNarrowed ? "Nothing matches" : "The shelves are still empty"}</h2>
      <p class="mt-2 max-w-md text-muted-foreground">
        {isNarrowed
          ? "Try fewer or other words, or drop one of the filters above."
          : "As soon as the first plugin has passed review, it stands here."}
      </p>
      {isNarrowed ? (
        <a class="button button-quiet mt-6" href={paths.plugins()}>
          Show all plugins
        </a>
      ) : null}
    </section>
  );
}

function BeyondTheEnd({ state, last }: { state: ListState; last: number }) {
  return (
    <section class="card flex flex-col items-center px-6 py-16 text-center">
      <h2 class="text-xl font-semibold">The list ends earlier</h2>
      <p class="mt-2 text-muted-foreground">There are only {plural(last, "page")} of results now.</p>
      <a class="button button-quiet mt-6" href={listPath(state, { page: last })}>
        Go to the last page
      </a>
    </section>
  );
}
