import { paths } from "../contract/paths.ts";
import { LOST } from "./lost-words.ts";
import { SearchField } from "./parts/search-field.tsx";
import { Shell } from "./shell.tsx";
import { wordsOf } from "./words/dictionary.ts";

/** 404, for people. */
export function NotFoundPage() {
  const words = wordsOf(LOST);
  return (
    <Shell title={`${words.notFound} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <section class="wrap flex max-w-2xl flex-col py-20 sm:py-28">
        <p class="text-sm font-semibold text-primary-strong">404</p>
        <h1 class="mt-2 text-3xl font-bold tracking-tight sm:text-4xl">{words.nothingHere}</h1>
        <p class="mt-4 text-lg text-muted-foreground">{words.nothingHint}</p>
        <search class="mt-8">
          <form action={paths.plugins()} method="get">
            <SearchField id="lost-search" label={words.search} />
          </form>
        </search>
        <p class="mt-6">
          <a class="link" href={paths.plugins()}>
            {words.browse}
          </a>
        </p>
      </section>
    </Shell>
  );
}

/** 500, for people: calm, without any detail of the failure. */
export function FailurePage({ requestId }: { requestId: string }) {
  const words = wordsOf(LOST);
  return (
    <Shell title={`${words.failure} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <section class="wrap flex max-w-2xl flex-col items-start py-20 sm:py-28">
        <h1 class="text-3xl font-bold tracking-tight sm:text-4xl">{words.failed}</h1>
        <p class="mt-4 text-lg text-muted-foreground">{words.failedHint}</p>
        <p class="mt-4 text-sm text-muted-foreground">
          {words.tellUs} <code class="rounded bg-muted px-1.5 py-0.5 text-foreground">{requestId}</code>
        </p>
        <a class="button button-quiet mt-8" href={paths.home()}>
          {words.back}
        </a>
      </section>
    </Shell>
  );
}
