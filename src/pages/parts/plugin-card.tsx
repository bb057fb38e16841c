import { paths } from "../../contract/paths.ts";
import type { SearchHit } from "../../market/catalogue/search-ports.ts";
import type { PluginCard as Card } from "../../market/catalogue/views.ts";
import { formatEntryPrice, formatShortCount } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { CategoryBadge, TypeBadge } from "./badge.tsx";
import { Icon } from "./icon.tsx";
import { Marked } from "./marked.tsx";
import { PluginIcon } from "./plugin-icon.tsx";
import { RatingLine } from "./stars.tsx";
import { PARTS } from "./words.ts";

/** A plugin of a list, with what a search found in it. */
export type Found = Pick<SearchHit, "card" | "highlights" | "excerpt">;

/** Cards side by side, as many as fit; two and four stand in pairs. */
export function PluginGrid({ items, level = 3 }: { items: readonly Card[]; level?: 2 | 3 }) {
  const columns = items.length === 2 || items.length === 4 ? "" : "xl:grid-cols-3";
  return (
    <ul class={`grid grid-cols-1 gap-5 sm:grid-cols-2 ${columns}`}>
      {items.map((plugin) => (
        <li class="min-w-0">
          <PluginCard plugin={plugin} level={level} />
        </li>
      ))}
    </ul>
  );
}

/** What a search found, beside its filters. */
export function FoundGrid({ items }: { items: readonly Found[] }) {
  return (
    <ul class="grid grid-cols-1 gap-5 sm:grid-cols-2">
      {items.map((found) => (
        <li class="min-w-0">
          <PluginCard plugin={found.card} level={2} found={found} />
        </li>
      ))}
    </ul>
  );
}

/** One plugin in a list; the whole card leads to its page. */
function PluginCard({ plugin, level, found }: { plugin: Card; level: 2 | 3; found?: Found }) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <article class="card plugin-card relative flex h-full flex-col gap-4 p-5">
      <div class="flex items-start gap-4">
        <PluginIcon plugin={plugin} size="card" />
        <div class="min-w-0">
          <Heading class="font-semibold leading-snug tracking-tight">
            <a href={paths.plugin(plugin.name)} class="after:absolute after:inset-0 after:rounded-xl">
              <bdi>
                <Marked text={plugin.displayName} ranges={found?.highlights.displayName} />
              </bdi>
            </a>
          </Heading>
          <p class="mt-0.5 text-sm text-muted-foreground">
            <bdi>{plugin.publisher.displayName}</bdi> · v{plugin.version}
          </p>
        </div>
      </div>
      <p class="line-clamp-3 text-sm leading-relaxed text-muted-foreground" dir="auto">
        <Marked text={plugin.description} ranges={found?.highlights.description} />
      </p>
      {found?.excerpt ? (
        <p class="line-clamp-2 border-l-2 border-border pl-3 text-sm text-muted-foreground" dir="auto">
          … <Marked text={found.excerpt.text} ranges={found.excerpt.ranges} /> …
        </p>
      ) : null}
      <p class="flex flex-wrap gap-1.5">
        <TypeBadge type={plugin.type} />
        <CategoryBadge category={plugin.category} />
      </p>
      <p class="mt-auto flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-border pt-4 text-sm text-muted-foreground">
        <RatingLine rating={plugin.rating} />
        <span class="inline-flex items-center gap-1">
          <Icon name="download" class="size-4" />
          {formatShortCount(plugin.downloads)}
          <span class="sr-only"> {wordsOf(PARTS).downloads}</span>
        </span>
        <span class="ml-auto font-semibold text-foreground">{formatEntryPrice(plugin.pricing)}</span>
      </p>
    </article>
  );
}
