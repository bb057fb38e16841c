import type { Child } from "hono/jsx";
import { PERMISSIONS, PLUGIN_TYPES } from "../domain/manifest/permissions.ts";
import { type FacetName, PRICE_KINDS, type SearchFacets } from "../market/catalogue/search-ports.ts";
import { formatCount } from "./format.ts";
import { EVERYTHING, isFiltered, type ListState, listPath, RATINGS, UPDATED } from "./list-state.ts";
import { LIST } from "./list-words.ts";
import { Icon } from "./parts/icon.tsx";
import { categoryWords, knownCategory, permissionWords, typeWords } from "./words/codes.ts";
import { wordsOf } from "./words/dictionary.ts";

/** Values of a facet that are shown at once; the rest unfolds. */
const SHOWN = 6;

interface FacetsProps {
  readonly state: ListState;
  readonly facets: SearchFacets;
}

interface Value {
  readonly label: string;
  readonly count: number;
  /** Where choosing, or un-choosing it leads. */
  readonly href: string;
  readonly isChosen: boolean;
}

/** What narrows the list: every value a link, with how many plugins it leads to. Wide screens show all of it at once. */
export function Facets({ state, facets }: FacetsProps) {
  const words = wordsOf(LIST);
  return (
    <details class="filters">
      <summary class="button button-quiet w-full">
        <Icon name="sliders-horizontal" />
        {words.filters}
      </summary>
      <nav aria-label={words.filters} class="mt-4 flex flex-col gap-6 lg:mt-0">
        {groupsOf(state, facets).map(({ name, values }) => (
          <FacetGroup title={words.facets[name]} values={values} />
        ))}
        {facets.isExact ? null : <p class="text-xs text-muted-foreground">{words.approximate}</p>}
      </nav>
    </details>
  );
}

type GroupName = keyof typeof LIST.en.facets;

function groupsOf(
  state: ListState,
  found: SearchFacets,
): readonly { readonly name: GroupName; readonly values: readonly Value[] }[] {
  const words = wordsOf(LIST);
  const count = (facet: FacetName, value: string) => found.facets[facet].find(({ name }) => name === value)?.count ?? 0;
  /** A value of which the state holds one at most. */
  const one = <K extends keyof ListState>(
    facet: FacetName,
    key: K,
    value: NonNullable<ListState[K]>,
    label: string,
  ) => ({
    label,
    count: count(facet, String(value)),
    isChosen: state[key] === value,
    href: listPath(state, { [key]: state[key] === value ? EVERYTHING[key] : value }),
  });
  const flag = (facet: FacetName, value: string, key: "noNetwork" | "noPersonalData" | "verified", label: string) => ({
    label,
    count: count(facet, value),
    isChosen: state[key],
    href: listPath(state, { [key]: !state[key] }),
  });
  const groups: readonly { readonly name: GroupName; readonly values: readonly Value[] }[] = [
    { name: "type", values: PLUGIN_TYPES.map((type) => one("type", "type", type, typeWords(type).label)) },
    {
      name: "category",
      values: found.facets.category.flatMap(({ name }) => {
        const category = knownCategory(name);
        return category === undefined ? [] : [one("category", "category", category, categoryWords(category).label)];
      }),
    },
    { name: "price", values: PRICE_KINDS.map((kind) => one("price", "price", kind, words.prices[kind])) },
    {
      name: "trust",
      values: [
        flag("network", "none", "noNetwork", words.noNetwork),
        flag("personal", "none", "noPersonalData", words.noPersonalData),
        flag("verified", "yes", "verified", words.verified),
      ],
    },
    { name: "rating", values: RATINGS.map((rating) => one("rating", "rating", rating, words.stars(rating))) },
    { name: "updated", values: UPDATED.map((days) => one("updated", "updated", days, words.days[days])) },
    {
      name: "permission",
      values: PERMISSIONS.map((code) => one("permission", "permission", code, permissionWords(code).title)).sort(
        byCount,
      ),
    },
    { name: "tag", values: found.facets.tag.slice(0, 20).map(({ name }) => one("tag", "tag", name, `#${name}`)) },
  ];
  return groups
    .map(({ name, values }) => ({ name, values: values.filter(({ count, isChosen }) => count > 0 || isChosen) }))
    .filter(({ values }) => values.length > 0);
}

function byCount(a: Value, b: Value): number {
  return b.count - a.count;
}

function FacetGroup({ title, values }: { title: string; values: readonly Value[] }) {
  const shown = values.filter(({ isChosen }, index) => isChosen || index < SHOWN);
  const folded = values.filter((value) => !shown.includes(value));
  return (
    <section>
      <h2 class="text-sm font-semibold">{title}</h2>
      <ul class="mt-1.5">
        {shown.map((value) => (
          <FacetLink value={value} />
        ))}
      </ul>
      {folded.length === 0 ? null : (
        <details>
          <summary class="link inline-flex min-h-8 cursor-pointer items-center text-sm">
            {wordsOf(LIST).more} ({folded.length})<span class="sr-only">: {title}</span>
          </summary>
          <ul>
            {folded.map((value) => (
              <FacetLink value={value} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function FacetLink({ value: { label, count, href, isChosen } }: { value: Value }) {
  return (
    <li>
      <a href={href} rel="nofollow" class="facet" aria-current={isChosen ? "true" : undefined}>
        <span class="facet-box">{isChosen ? <Icon name="check" class="size-3" /> : null}</span>
        <span class="min-w-0 flex-1" dir="auto">
          {label}
        </span>
        <span class="text-muted-foreground tabular-nums">{formatCount(count)}</span>
      </a>
    </li>
  );
}

/** What narrows the list, each with a way to drop it. */
export function ActiveFilters({ state }: { state: ListState }) {
  const words = wordsOf(LIST);
  if (!isFiltered(state)) return null;
  const drop = (label: string, change: Partial<ListState>) => ({ label, href: listPath(state, change) });
  const filters = [
    state.query === "" ? null : drop(`“${state.query}”`, { query: "" }),
    state.type ? drop(typeWords(state.type).label, { type: undefined }) : null,
    state.category ? drop(categoryWords(state.category).label, { category: undefined }) : null,
    state.tag ? drop(`#${state.tag}`, { tag: undefined }) : null,
    state.price ? drop(words.prices[state.price], { price: undefined }) : null,
    state.rating ? drop(words.stars(state.rating), { rating: undefined }) : null,
    state.permission
      ? drop(words.permission(permissionWords(state.permission).title), { permission: undefined })
      : null,
    state.noNetwork ? drop(words.noNetwork, { noNetwork: false }) : null,
    state.noPersonalData ? drop(words.noPersonalData, { noPersonalData: false }) : null,
    state.verified ? drop(words.verified, { verified: false }) : null,
    state.updated ? drop(words.updatedWithin(words.days[state.updated]), { updated: undefined }) : null,
    state.app ? drop(words.fits(state.app), { app: undefined }) : null,
  ].filter((filter) => filter !== null);
  return (
    <ul class="mb-5 flex flex-wrap items-center gap-2" aria-label={words.active}>
      {filters.map(({ label, href }) => (
        <Chip href={href}>
          <span class="sr-only">{words.remove} </span>
          <span class="truncate" dir="auto">
            {label}
          </span>
          <Icon name="x" class="size-3.5" />
        </Chip>
      ))}
      <li>
        <a
          class="link inline-flex min-h-8 items-center px-1 text-sm"
          href={listPath({ ...EVERYTHING, sort: state.sort })}
        >
          {words.clear}
        </a>
      </li>
    </ul>
  );
}

function Chip({ href, children }: { href: string; children?: Child }) {
  return (
    <li class="min-w-0">
      <a
        href={href}
        class="badge min-h-8 max-w-full bg-secondary px-3 text-sm font-medium text-foreground hover:bg-border"
      >
        {children}
      </a>
    </li>
  );
}
