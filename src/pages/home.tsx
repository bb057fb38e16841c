import type { Child } from "hono/jsx";
import { paths } from "../contract/paths.ts";
import { PLUGIN_TYPES } from "../domain/manifest/permissions.ts";
import type { PluginCard } from "../market/catalogue/views.ts";
import { formatCount } from "./format.ts";
import { HOME } from "./home-words.ts";
import type { IconName } from "./icons.ts";
import { EVERYTHING, listPath } from "./list-state.ts";
import { Icon } from "./parts/icon.tsx";
import { PluginGrid } from "./parts/plugin-card.tsx";
import { SearchField } from "./parts/search-field.tsx";
import { Shell } from "./shell.tsx";
import { categoryWords, knownCategory, permissionWords, typeWords } from "./words/codes.ts";
import { wordsOf } from "./words/dictionary.ts";

export interface HomeView {
  /** The operator's collection for the front page, if there is one. */
  readonly featured: { readonly slug: string; readonly items: readonly PluginCard[] } | null;
  readonly popular: readonly PluginCard[];
  readonly newest: readonly PluginCard[];
  readonly categories: readonly { readonly name: string; readonly count: number }[];
  readonly total: number;
}

/** `/`: what this place is, and the way into it. */
export function HomePage({ view }: { view: HomeView }) {
  const words = wordsOf(HOME);
  return (
    <Shell title={words.title} description={words.description} canonical={paths.home()} at="home" hasOwnSearch>
      <Hero total={view.total} />
      <div class="wrap flex flex-col gap-20 pt-16">
        <Types />
        {view.featured === null || view.featured.items.length === 0 ? null : (
          <PluginRow
            id="featured"
            title={words.featured}
            items={view.featured.items}
            href={paths.collection(view.featured.slug)}
            more={words.featuredMore}
          />
        )}
        {view.total === 0 ? (
          <EmptyCatalogue />
        ) : (
          <PluginRow
            id="popular"
            title={words.popular}
            items={view.popular}
            href={paths.plugins()}
            more={words.popularMore}
          />
        )}
        {view.newest.length === 0 ? null : (
          <PluginRow
            id="newest"
            title={words.newest}
            items={view.newest}
            href={listPath({ ...EVERYTHING, sort: "createdAt" })}
            more={words.newestMore}
          />
        )}
        <Categories categories={view.categories} />
        <Promises />
      </div>
    </Shell>
  );
}

function Hero({ total }: { total: number }) {
  const words = wordsOf(HOME);
  return (
    <section class="hero border-b border-border">
      <div class="wrap grid items-center gap-12 py-14 sm:py-20 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div>
          <h1 class="max-w-3xl text-4xl font-bold leading-tight tracking-tight sm:text-5xl sm:leading-[1.1]">
            {words.claim[0]}
            <span class="brand-text">Rising BSM</span>
            {words.claim[1]}
          </h1>
          <p class="mt-5 max-w-2xl text-lg leading-relaxed text-muted-foreground">{words.lead}</p>
          <search class="mt-8 max-w-2xl">
            <form action={paths.plugins()} method="get">
              <SearchField id="home-search" label={words.question} />
            </form>
          </search>
          {total === 0 ? null : (
            <p class="mt-4 text-sm text-muted-foreground">
              {words.choice(total)} ·{" "}
              <a class="link" href={paths.plugins()}>
                {words.browse}
              </a>
            </p>
          )}
        </div>
        <ConsentPicture />
      </div>
    </section>
  );
}

/** What deciding about a plugin looks like. A picture made of elements: nothing in it is read aloud or can be used. */
function ConsentPicture() {
  return (
    <div class="hidden lg:block" aria-hidden="true">
      <div class="card rotate-1 p-5 shadow-xl">
        <div class="flex items-center gap-3.5">
          <span class="plugin-tile flex size-12 items-center justify-center rounded-lg">
            <Icon name="calendar" class="size-6" />
          </span>
          <span class="flex-1 space-y-2">
            <span class="block h-2.5 w-32 rounded-full bg-border" />
            <span class="block h-2 w-20 rounded-full bg-secondary" />
          </span>
          <Icon name="shield-check" class="size-6 text-primary" />
        </div>
        <ul class="mt-5 space-y-2.5 text-sm font-medium">
          <ConsentRow icon="calendar" words={permissionWords("appointments.read").title} isGranted />
          <ConsentRow icon="bell" words={permissionWords("notifications.send").title} isGranted />
          <ConsentRow icon="users" words={permissionWords("customers.read").title} />
          <ConsentRow icon="globe" words={wordsOf(HOME).network} />
        </ul>
      </div>
    </div>
  );
}

function ConsentRow({ icon, words, isGranted = false }: { icon: IconName; words: string; isGranted?: boolean }) {
  return (
    <li
      class={`flex items-center gap-3 rounded-lg px-3 py-2.5 ${isGranted ? "bg-good-soft text-good-on-soft" : "bg-muted text-foreground"}`}
    >
      <Icon name={icon} class="size-4" />
      <span class="flex-1">{words}</span>
      <Icon name={isGranted ? "check" : "lock"} class="size-4" />
    </li>
  );
}

function Types() {
  return (
    <section aria-labelledby="types">
      <h2 id="types" class="sr-only">
        {wordsOf(HOME).kinds}
      </h2>
      <ul class="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
        {PLUGIN_TYPES.map((type) => (
          <li>
            <a
              href={listPath({ ...EVERYTHING, type })}
              class="card plugin-card flex h-full items-center gap-3 p-3 sm:items-start sm:gap-3.5 sm:p-4"
            >
              <span class="flex size-10 shrink-0 items-center justify-center rounded-lg bg-plugin-soft text-plugin-on-soft">
                <Icon name={typeWords(type).icon} class="size-5" />
              </span>
              <span>
                <span class="block font-semibold">{typeWords(type).label}</span>
                <span class="mt-0.5 hidden text-sm leading-snug text-muted-foreground sm:block">
                  {typeWords(type).sentence}
                </span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function PluginRow(row: { id: string; title: string; items: readonly PluginCard[]; href: string; more: string }) {
  return (
    <section aria-labelledby={row.id}>
      <div class="mb-6 flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <h2 id={row.id} class="text-2xl font-semibold tracking-tight">
          {row.title}
        </h2>
        <a class="link inline-flex items-center gap-1 text-sm" href={row.href}>
          {row.more}
          <Icon name="arrow-right" />
        </a>
      </div>
      <PluginGrid items={row.items} />
    </section>
  );
}

function EmptyCatalogue() {
  const words = wordsOf(HOME);
  return (
    <section class="card flex flex-col items-center px-6 py-14 text-center">
      <Icon name="package" class="size-10 text-muted-foreground" />
      <h2 class="mt-4 text-xl font-semibold">{words.empty}</h2>
      <p class="mt-2 max-w-md text-muted-foreground">
        {words.emptyHint} <code class="rounded bg-muted px-1.5 py-0.5 text-sm">rbsm publish</code>.
      </p>
    </section>
  );
}

function Categories({ categories }: { categories: HomeView["categories"] }) {
  const known = categories.flatMap(({ name, count }) => {
    const category = knownCategory(name);
    return category === undefined || count === 0 ? [] : [{ category, count }];
  });
  if (known.length === 0) return null;
  return (
    <section aria-labelledby="categories">
      <h2 id="categories" class="mb-6 text-2xl font-semibold tracking-tight">
        {wordsOf(HOME).topics}
      </h2>
      <ul class="flex flex-wrap gap-3">
        {known.map(({ category, count }) => (
          <li>
            <a
              href={listPath({ ...EVERYTHING, category })}
              class="card plugin-card inline-flex min-h-11 items-center gap-2.5 px-4 py-2 text-sm font-medium"
            >
              <Icon name={categoryWords(category).icon} class="size-4 text-plugin-edge" />
              {categoryWords(category).label}
              <span class="text-muted-foreground">{formatCount(count)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Promises() {
  const words = wordsOf(HOME);
  return (
    <section aria-labelledby="promises" class="card bg-accent p-6 sm:p-10">
      <h2 id="promises" class="text-2xl font-semibold tracking-tight">
        {words.why}
      </h2>
      <div class="mt-8 grid gap-8 md:grid-cols-3">
        <PromiseItem icon="shield-check" title={words.signed}>
          {words.signedText}
        </PromiseItem>
        <PromiseItem icon="lock" title={words.granted}>
          {words.grantedText}
        </PromiseItem>
        <PromiseItem icon="key-round" title={words.licenses}>
          {words.licensesText}
        </PromiseItem>
      </div>
    </section>
  );
}

function PromiseItem({ icon, title, children }: { icon: IconName; title: string; children?: Child }) {
  return (
    <div>
      <Icon name={icon} class="size-7 text-primary" />
      <h3 class="mt-3 font-semibold">{title}</h3>
      <p class="mt-1.5 text-sm leading-relaxed text-muted-foreground">{children}</p>
    </div>
  );
}
