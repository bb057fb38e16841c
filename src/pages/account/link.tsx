import { accountPaths } from "../../contract/account/paths.ts";
import { Shell } from "../shell.tsx";

/** `/link`: a one-time link is followed by a button, so that programs which look at links in mail do not use it up. */
export function LinkPage({ code, title, text, button }: { code: string; title: string; text: string; button: string }) {
  return (
    <Shell title={`${title} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <section class="wrap max-w-xl pt-14">
        <h1 class="text-3xl font-bold tracking-tight">{title}</h1>
        <p class="mt-3 text-muted-foreground">{text}</p>
        <form class="card mt-8 p-6" method="post" action={accountPaths.link()}>
          <input type="hidden" name="code" value={code} />
          <button type="submit" class="button">
            {button}
          </button>
        </form>
      </section>
    </Shell>
  );
}
