import { paths } from "../../contract/paths.ts";
import type { PluginCard } from "../../market/catalogue/views.ts";
import type { Collection } from "../../market/showcase/ports.ts";
import { Icon } from "../parts/icon.tsx";
import { PluginGrid } from "../parts/plugin-card.tsx";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { currentLanguage } from "../words/language.ts";
import { COLLECTIONS } from "./words.ts";

/** `/collections` */
export function CollectionsPage({ collections }: { collections: readonly Collection[] }) {
  const words = wordsOf(COLLECTIONS);
  return (
    <Shell
      title={`${words.title} – Rising BSM Marketplace`}
      description={words.lead}
      canonical={paths.collections()}
      at="plugins"
    >
      <div class="wrap pt-10">
        <h1 class="text-3xl font-bold tracking-tight">{words.title}</h1>
        <p class="mt-2 max-w-[70ch] text-lg text-muted-foreground">{words.lead}</p>
        {collections.length === 0 ? (
          <section class="card mt-8 flex flex-col items-center px-6 py-14 text-center">
            <Icon name="layers" class="size-10 text-muted-foreground" />
            <p class="mt-4 text-lg font-medium">{words.empty}</p>
            <a class="button button-quiet mt-6" href={paths.plugins()}>
              {words.browse}
            </a>
          </section>
        ) : (
          <CollectionGrid collections={collections} />
        )}
      </div>
    </Shell>
  );
}

function CollectionGrid({ collections }: { collections: readonly Collection[] }) {
  const words = wordsOf(COLLECTIONS);
  const language = currentLanguage();
  return (
    <ul class="mt-8 grid gap-5 sm:grid-cols-2">
      {collections.map(({ slug, title, lead, count }) => (
        <li class="card plugin-card relative flex flex-col gap-2 p-6">
          <h2 class="text-lg font-semibold">
            <a href={paths.collection(slug)} class="after:absolute after:inset-0 after:rounded-xl">
              {title[language]}
            </a>
          </h2>
          <p class="text-muted-foreground">{lead[language]}</p>
          <p class="mt-auto pt-2 text-sm font-medium">{words.plugins(count)}</p>
        </li>
      ))}
    </ul>
  );
}

/** `/collections/{slug}` */
export function CollectionPage({ view }: { view: Collection & { readonly items: readonly PluginCard[] } }) {
  const words = wordsOf(COLLECTIONS);
  const language = currentLanguage();
  return (
    <Shell
      title={`${view.title[language]} – Rising BSM Marketplace`}
      description={view.lead[language]}
      canonical={paths.collection(view.slug)}
      at="plugins"
    >
      <div class="wrap pt-10">
        <a class="link inline-flex min-h-8 items-center gap-1.5 text-sm" href={paths.collections()}>
          <Icon name="chevron-left" />
          {words.title}
        </a>
        <h1 class="mt-3 text-3xl font-bold tracking-tight">{view.title[language]}</h1>
        <p class="mb-8 mt-2 max-w-[70ch] text-lg text-muted-foreground">{view.lead[language]}</p>
        <PluginGrid items={view.items} level={2} />
      </div>
    </Shell>
  );
}
