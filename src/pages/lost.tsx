import { paths } from "../contract/paths.ts";
import { SearchField } from "./parts/search-field.tsx";
import { Shell } from "./shell.tsx";

/** 404, for people. */
export function NotFoundPage() {
  return (
    <Shell title="Not found – Rising BSM Marketplace" isHidden hasOwnSearch>
      <section class="wrap flex max-w-2xl flex-col py-20 sm:py-28">
        <p class="text-sm font-semibold text-primary-strong">404</p>
        <h1 class="mt-2 text-3xl font-bold tracking-tight sm:text-4xl">There is nothing at this address</h1>
        <p class="mt-4 text-lg text-muted-foreground">
          The page may have moved, or the plugin was never published or has been withdrawn.
        </p>
        <search class="mt-8">
          <form action={paths.plugins()} method="get">
            <SearchField id="lost-search" label="Search plugins" />
          </form>
        </search>
        <p class="mt-6">
          <a class="link" href={paths.plugins()}>
            Browse all plugins
          </a>
        </p>
      </section>
    </Shell>
  );
}

/** 500, for people: calm, without any detail of the failure. */
export function FailurePage({ requestId }: { requestId: string }) {
  return (
    <Shell title="Something went wrong – Rising BSM Marketplace" isHidden hasOwnSearch>
      <section class="wrap flex max-w-2xl flex-col items-start py-20 sm:py-28">
        <h1 class="text-3xl font-bold tracking-tight sm:text-4xl">Something went wrong on our side</h1>
        <p class="mt-4 text-lg text-muted-foreground">
          It is not your fault, and nothing was changed. Please try again in a moment.
        </p>
        <p class="mt-4 text-sm text-muted-foreground">
          If it keeps happening, tell the operator this number:{" "}
          <code class="rounded bg-muted px-1.5 py-0.5 text-foreground">{requestId}</code>
        </p>
        <a class="button button-quiet mt-8" href={paths.home()}>
          Back to the marketplace
        </a>
      </section>
    </Shell>
  );
}
