import { accountPaths } from "../../contract/account/paths.ts";
import type { AccountLink } from "../../market/account/link-ports.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { Column } from "./form-parts.tsx";
import { SIGN_IN } from "./words.ts";

/** `/link`: a one-time link is followed by a button, so that programs which look at links in mail do not use it up. */
export function LinkPage({ code, purpose }: { code: string; purpose: AccountLink["purpose"] }) {
  const { title, text, button } = wordsOf(SIGN_IN).links[purpose];
  return (
    <Shell title={`${title} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <Column title={title} lead={text}>
        <form class="card mt-8 p-6" method="post" action={accountPaths.link()}>
          <input type="hidden" name="code" value={code} />
          <button type="submit" class="button">
            {button}
          </button>
        </form>
      </Column>
    </Shell>
  );
}
