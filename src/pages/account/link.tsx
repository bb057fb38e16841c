import { accountPaths } from "../../contract/account/paths.ts";
import type { AccountLink } from "../../market/account/link-ports.ts";
import { Shell } from "../shell.tsx";
import { Column } from "./form-parts.tsx";

const WORDS: Readonly<Record<AccountLink["purpose"], { title: string; text: string; button: string }>> = {
  sign_in: {
    title: "Welcome",
    text: "This link signs you in once. Make a passkey right afterwards: it is how you sign in from then on.",
    button: "Sign in",
  },
  sign_up: {
    title: "Make your account",
    text: "Your e-mail address is confirmed by this link. Make a passkey right afterwards.",
    button: "Make the account",
  },
  verify_email: {
    title: "Confirm your address",
    text: "This address will be the one of your account.",
    button: "Confirm",
  },
  join: {
    title: "Join the organization",
    text: "You were invited. You join with the account you are signed in to, else with one for the invited address.",
    button: "Join",
  },
};

/** `/link`: a one-time link is followed by a button, so that programs which look at links in mail do not use it up. */
export function LinkPage({ code, purpose }: { code: string; purpose: AccountLink["purpose"] }) {
  const { title, text, button } = WORDS[purpose];
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
