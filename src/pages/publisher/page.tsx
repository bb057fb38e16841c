import { paths } from "../../contract/paths.ts";
import type { PluginCard } from "../../market/catalogue/views.ts";
import type { PublisherProfile } from "../../market/showcase/ports.ts";
import { formatDate, isoDay } from "../format.ts";
import { Icon } from "../parts/icon.tsx";
import { Pages } from "../parts/pages.tsx";
import { PluginGrid } from "../parts/plugin-card.tsx";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { PUBLISHER } from "./words.ts";

export const PLUGINS_SHOWN = 24;

export interface PublisherView {
  readonly profile: PublisherProfile;
  readonly items: readonly PluginCard[];
  /** From 1. */
  readonly page: number;
}

/** `/publishers/{handle}`: who it is, as far as that is proven, and what it offers. */
export function PublisherPage({ view: { profile, items, page } }: { view: PublisherView }) {
  const words = wordsOf(PUBLISHER);
  const path = paths.publisher(profile.handle);
  const hrefOf = (number: number) => (number === 1 ? path : `${path}?page=${number}`);
  return (
    <Shell
      title={`${profile.displayName} – Rising BSM Marketplace`}
      description={words.description(profile.displayName, profile.plugins)}
      canonical={hrefOf(page)}
      feed={paths.feed("atom", { publisher: profile.handle })}
      at="plugins"
    >
      <div class="hero border-b border-border">
        <div class="wrap flex flex-col gap-6 py-10 sm:flex-row sm:items-center">
          <span
            class="plugin-tile flex size-20 shrink-0 items-center justify-center rounded-xl text-3xl font-bold"
            aria-hidden="true"
          >
            {[...profile.displayName][0]?.toUpperCase()}
          </span>
          <div class="min-w-0">
            <p class="text-sm font-semibold text-muted-foreground">{words.kind}</p>
            <h1 class="text-3xl font-bold tracking-tight sm:text-4xl">
              <bdi>{profile.displayName}</bdi>
            </h1>
            <p class="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-muted-foreground">
              <span>@{profile.handle}</span>
              <span>
                {words.since} <time datetime={isoDay(profile.since)}>{formatDate(profile.since)}</time>
              </span>
              <span>{words.downloads(profile.downloads)}</span>
            </p>
            <p class="mt-3 flex flex-wrap items-center gap-3">
              {profile.domain === null ? (
                <span class="badge bg-secondary text-foreground">{words.noDomain}</span>
              ) : (
                <a
                  class="badge bg-good-soft text-good-on-soft"
                  href={`https://${profile.domain}`}
                  rel="nofollow noopener ugc"
                >
                  <Icon name="globe" class="size-3.5" />
                  {words.domain(profile.domain)}
                </a>
              )}
              <a class="link text-sm" href={paths.feed("atom", { publisher: profile.handle })}>
                {words.feed}
              </a>
            </p>
          </div>
        </div>
      </div>
      <div class="wrap pt-10">
        <h2 class="mb-6 text-2xl font-semibold tracking-tight">{words.plugins(profile.plugins)}</h2>
        <PluginGrid items={items} />
        <Pages page={page} last={Math.max(1, Math.ceil(profile.plugins / PLUGINS_SHOWN))} href={hrefOf} />
        <p class="mt-10 flex max-w-[70ch] items-start gap-3 text-muted-foreground">
          <Icon name="shield-check" class="mt-0.5 size-5 text-primary" />
          {words.security}
        </p>
      </div>
    </Shell>
  );
}
