import type { Child } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import type { PluginDetail } from "../../market/catalogue/views.ts";
import type { PublicNumbers } from "../../market/showcase/show-numbers.ts";
import { formatCount, formatEntryPrice, formatRating } from "../format.ts";
import type { IconName } from "../icons.ts";
import { EVERYTHING, listPath } from "../list-state.ts";
import { CategoryBadge, TypeBadge } from "../parts/badge.tsx";
import { Icon } from "../parts/icon.tsx";
import { PluginIcon } from "../parts/plugin-icon.tsx";
import { ownPicture } from "../picture.ts";
import { Shell } from "../shell.tsx";
import { typeWords } from "../words/codes.ts";
import { wordsOf } from "../words/dictionary.ts";
import { Details, InstallCard } from "./aside.tsx";
import { Overview } from "./overview.tsx";
import { Permissions } from "./permissions.tsx";
import { Pricing } from "./pricing.tsx";
import { Reviews, type ReviewsView } from "./reviews.tsx";
import { Stats } from "./stats.tsx";
import { StructuredData } from "./structured-data.tsx";
import { Trust } from "./trust.tsx";
import { VersionNotice, Versions } from "./versions.tsx";
import { PLUGIN } from "./words.ts";

export const TABS = ["overview", "versions", "permissions", "pricing", "reviews", "trust", "stats"] as const;
export type TabName = (typeof TABS)[number];

/** What a tab shows beyond the plugin itself. */
export type TabView =
  | { readonly tab: "overview" | "versions" | "permissions" | "pricing" }
  | { readonly tab: "reviews"; readonly reviews: ReviewsView }
  | { readonly tab: "trust"; readonly dependents: readonly string[] }
  | { readonly tab: "stats"; readonly numbers: PublicNumbers };

export interface PluginView {
  readonly plugin: PluginDetail;
  /** Host name of this marketplace, as it stands in statements. */
  readonly marketplace: string;
  readonly shown: TabView;
}

/** `/plugins/{name}` and its tabs: everything a person needs to decide, each tab an address of its own. */
export function PluginPage({ view }: { view: PluginView }) {
  const { plugin, shown } = view;
  const words = wordsOf(PLUGIN);
  const title = shown.tab === "overview" ? plugin.displayName : `${plugin.displayName}: ${words.tabs[shown.tab]}`;
  return (
    <Shell
      title={`${title} – Rising BSM Marketplace`}
      description={plugin.description}
      canonical={pathOf(view)}
      isHidden={!plugin.listed}
      picture={pictureOf(plugin)}
      feed={paths.feed("atom", { plugin: plugin.name })}
      at="plugins"
      head={shown.tab === "overview" ? <StructuredData plugin={plugin} /> : null}
    >
      <PluginHeader plugin={plugin} />
      <Tabs plugin={plugin} here={shown.tab} />
      <div class="wrap grid grid-cols-1 gap-x-12 gap-y-10 pt-10 lg:grid-cols-[minmax(0,1fr)_19rem] lg:grid-rows-[auto_1fr] lg:gap-y-6">
        <div class={`min-w-0 lg:col-start-2 ${shown.tab === "overview" ? "" : "max-lg:order-1"}`}>
          <InstallCard plugin={plugin} />
        </div>
        <div class="flex min-w-0 flex-col gap-10 lg:col-start-1 lg:row-span-2 lg:row-start-1">
          <CurrentNotice plugin={plugin} />
          <Tab view={view} />
        </div>
        <div class="min-w-0 lg:col-start-2">
          <Details plugin={plugin} />
        </div>
      </div>
    </Shell>
  );
}

/** What other sites show of it: its first screenshot, else its icon, else the marketplace's own card. */
function pictureOf({ screenshots, icon }: PluginDetail): string | null {
  return ownPicture(screenshots[0]?.url ?? null) ?? ownPicture(icon);
}

function pathOf({ plugin, shown }: PluginView): string {
  const path = paths.pluginTab(plugin.name, shown.tab);
  return shown.tab === "reviews" && shown.reviews.page > 1 ? `${path}?page=${shown.reviews.page}` : path;
}

function Tab({ view: { plugin, marketplace, shown } }: { view: PluginView }) {
  switch (shown.tab) {
    case "overview":
      return <Overview plugin={plugin} />;
    case "versions":
      return <Versions plugin={plugin} />;
    case "permissions":
      return <Permissions plugin={plugin} />;
    case "pricing":
      return <Pricing plugin={plugin} />;
    case "reviews":
      return <Reviews plugin={plugin} reviews={shown.reviews} />;
    case "trust":
      return <Trust plugin={plugin} marketplace={marketplace} dependents={shown.dependents} />;
    case "stats":
      return <Stats numbers={shown.numbers} />;
  }
}

/** The notice of the version this page shows: a person must see it before the install card's promise. */
function CurrentNotice({ plugin }: { plugin: PluginDetail }) {
  const row = plugin.versions.find(({ version }) => version === plugin.version);
  return row === undefined ? null : <VersionNotice row={row} />;
}

function PluginHeader({ plugin }: { plugin: PluginDetail }) {
  const words = wordsOf(PLUGIN);
  return (
    <div class="hero">
      <div class="wrap pb-8 pt-6">
        <nav aria-label={words.breadcrumb} class="no-print text-sm text-muted-foreground">
          <ol class="flex flex-wrap items-center gap-1.5">
            <li>
              <a class="inline-flex min-h-8 items-center underline-offset-4 hover:underline" href={paths.plugins()}>
                {words.plugins}
              </a>
            </li>
            <li class="flex items-center gap-1.5">
              <Icon name="chevron-right" class="size-3.5" />
              <a
                class="inline-flex min-h-8 items-center underline-offset-4 hover:underline"
                href={listPath({ ...EVERYTHING, type: plugin.type })}
              >
                {typeWords(plugin.type).label}
              </a>
            </li>
          </ol>
        </nav>
        <div class="mt-5 flex flex-col gap-5 sm:flex-row sm:items-start sm:gap-6">
          <PluginIcon plugin={plugin} size="page" />
          <div class="min-w-0">
            <h1 class="text-3xl font-bold tracking-tight sm:text-4xl">
              <bdi>{plugin.displayName}</bdi>
            </h1>
            <p class="mt-1.5 text-muted-foreground">
              {words.by}{" "}
              <a
                class="font-medium text-foreground underline decoration-border underline-offset-4 hover:decoration-current"
                href={paths.publisher(plugin.publisher.handle)}
              >
                <bdi>{plugin.publisher.displayName}</bdi>
              </a>
            </p>
            <p class="mt-3 max-w-3xl text-lg leading-relaxed" dir="auto">
              {plugin.description}
            </p>
            <p class="mt-4 flex flex-wrap gap-2">
              <TypeBadge type={plugin.type} />
              <CategoryBadge category={plugin.category} />
              <span class="badge bg-secondary text-foreground">v{plugin.version}</span>
              {plugin.trust === null ? null : (
                <span class="badge bg-good-soft text-good-on-soft">
                  <Icon name="shield-check" class="size-3.5" />
                  {words.signedTwice}
                </span>
              )}
            </p>
          </div>
        </div>
        <dl class="mt-8 grid grid-cols-2 gap-3 lg:grid-cols-4">
          <Figure icon="download" label={words.downloads}>
            {formatCount(plugin.downloads)}
          </Figure>
          <Figure icon="star" label={words.rating}>
            {plugin.rating.count === 0 ? (
              <span class="text-base font-medium text-muted-foreground">{words.noneYet}</span>
            ) : (
              <>
                {formatRating(plugin.rating.average)}
                <span class="ml-1.5 text-sm font-normal text-muted-foreground">
                  ({formatCount(plugin.rating.count)})
                </span>
              </>
            )}
          </Figure>
          <Figure icon="server" label={words.installs}>
            {formatCount(plugin.activeInstalls)}
          </Figure>
          <Figure icon="euro" label={words.price}>
            {formatEntryPrice(plugin.pricing)}
            {plugin.trialDays > 0 ? (
              <span class="block text-sm font-normal text-muted-foreground">{words.trial(plugin.trialDays)}</span>
            ) : null}
          </Figure>
        </dl>
      </div>
    </div>
  );
}

function Figure({ icon, label, children }: { icon: IconName; label: string; children?: Child }) {
  return (
    <div class="card px-4 py-3.5">
      <dt class="flex items-center gap-2 text-sm text-muted-foreground">
        <Icon name={icon} class="size-4 text-plugin-edge" />
        {label}
      </dt>
      <dd class="mt-1 text-xl font-semibold tabular-nums tracking-tight">{children}</dd>
    </div>
  );
}

function Tabs({ plugin, here }: { plugin: PluginDetail; here: TabName }) {
  const words = wordsOf(PLUGIN);
  return (
    <nav aria-label={words.sections} class="no-print border-b border-border">
      <ul class="wrap tabs">
        {TABS.map((tab) => (
          <li>
            <a href={paths.pluginTab(plugin.name, tab)} aria-current={tab === here ? "page" : undefined}>
              {words.tabs[tab]}
              {tab === "reviews" && plugin.rating.count > 0 ? (
                <span class="ml-1.5 text-muted-foreground">{formatCount(plugin.rating.count)}</span>
              ) : null}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
