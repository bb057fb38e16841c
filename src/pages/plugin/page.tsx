import type { Child } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import type { PluginDetail, ReviewRow } from "../../market/catalogue/views.ts";
import { formatCount, formatEntryPrice } from "../format.ts";
import type { IconName } from "../icons.ts";
import { EVERYTHING, listPath } from "../list-state.ts";
import { CategoryBadge, TypeBadge } from "../parts/badge.tsx";
import { Icon } from "../parts/icon.tsx";
import { PluginIcon } from "../parts/plugin-icon.tsx";
import { Shell } from "../shell.tsx";
import { typeWords } from "../words/codes.ts";
import { Details, InstallCard } from "./aside.tsx";
import { Overview } from "./overview.tsx";
import { Permissions } from "./permissions.tsx";
import { Pricing } from "./pricing.tsx";
import { Reviews } from "./reviews.tsx";
import { Trust } from "./trust.tsx";
import { VersionNotice, Versions } from "./versions.tsx";

export interface PluginView {
  readonly plugin: PluginDetail;
  readonly reviews: { readonly items: readonly ReviewRow[]; readonly total: number };
  /** Host name of this marketplace, as it stands in statements. */
  readonly marketplace: string;
}

const SECTIONS = [
  ["overview", "Overview"],
  ["versions", "Versions"],
  ["permissions", "Permissions"],
  ["pricing", "Pricing"],
  ["reviews", "Reviews"],
  ["trust", "Technical & trust"],
] as const;

/** The notice of the version this page shows: a person must see it before the install card's promise. */
function CurrentNotice({ plugin }: { plugin: PluginDetail }) {
  const row = plugin.versions.find(({ version }) => version === plugin.version);
  return row === undefined ? null : <VersionNotice row={row} />;
}

/** `/plugins/{name}`: everything a person needs to decide. */
export function PluginPage({ view: { plugin, reviews, marketplace } }: { view: PluginView }) {
  return (
    <Shell
      title={`${plugin.displayName} – Rising BSM Marketplace`}
      description={plugin.description}
      canonical={paths.plugin(plugin.name)}
      at="plugins"
    >
      <PluginHeader plugin={plugin} />
      <SectionNav />
      <div class="wrap grid grid-cols-1 gap-x-12 gap-y-10 pt-10 lg:grid-cols-[minmax(0,1fr)_19rem] lg:grid-rows-[auto_1fr] lg:gap-y-6">
        <div class="min-w-0 lg:col-start-2">
          <InstallCard plugin={plugin} />
        </div>
        <div class="flex min-w-0 flex-col gap-14 lg:col-start-1 lg:row-span-2 lg:row-start-1">
          <CurrentNotice plugin={plugin} />
          <Overview plugin={plugin} />
          <Versions plugin={plugin} />
          <Permissions plugin={plugin} />
          <Pricing plugin={plugin} />
          <Reviews reviews={reviews} rating={plugin.rating} />
          <Trust plugin={plugin} marketplace={marketplace} />
        </div>
        <div class="min-w-0 lg:col-start-2">
          <Details plugin={plugin} />
        </div>
      </div>
    </Shell>
  );
}

function PluginHeader({ plugin }: { plugin: PluginDetail }) {
  return (
    <div class="hero border-b border-border">
      <div class="wrap pb-8 pt-6">
        <nav aria-label="Breadcrumb" class="no-print text-sm text-muted-foreground">
          <ol class="flex flex-wrap items-center gap-1.5">
            <li>
              <a class="inline-flex min-h-8 items-center underline-offset-4 hover:underline" href={paths.plugins()}>
                Plugins
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
              by <bdi class="font-medium text-foreground">{plugin.publisher.displayName}</bdi>
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
                  Signed twice
                </span>
              )}
            </p>
          </div>
        </div>
        <dl class="mt-8 grid grid-cols-2 gap-3 lg:grid-cols-4">
          <Figure icon="download" label="Downloads">
            {formatCount(plugin.downloads)}
          </Figure>
          <Figure icon="star" label="Rating">
            {plugin.rating.count === 0 ? (
              <span class="text-base font-medium text-muted-foreground">None yet</span>
            ) : (
              <>
                {plugin.rating.average.toFixed(1)}
                <span class="ml-1.5 text-sm font-normal text-muted-foreground">
                  ({formatCount(plugin.rating.count)})
                </span>
              </>
            )}
          </Figure>
          <Figure icon="server" label="Active installs">
            {formatCount(plugin.activeInstalls)}
          </Figure>
          <Figure icon="euro" label="Price">
            {formatEntryPrice(plugin.pricing)}
            {plugin.trialDays > 0 ? (
              <span class="block text-sm font-normal text-muted-foreground">{plugin.trialDays}-day trial</span>
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

/** Jumps to the sections. */
function SectionNav() {
  return (
    <nav aria-label="Sections" class="no-print border-b border-border">
      <ul class="wrap flex gap-1 overflow-x-auto">
        {SECTIONS.map(([id, label]) => (
          <li class="shrink-0">
            <a
              href={`#${id}`}
              class="inline-flex min-h-12 items-center px-3 text-sm font-medium text-muted-foreground first:pl-0 hover:text-foreground"
            >
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
