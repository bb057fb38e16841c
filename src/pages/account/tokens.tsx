import { accountPaths } from "../../contract/account/paths.ts";
import { isDangerous } from "../../domain/account/rights.ts";
import type { Scope } from "../../domain/account/scopes.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { Column, Field, Refused } from "./form-parts.tsx";
import { ACCOUNT } from "./words.ts";

/** `/account/tokens`: a new token with chosen rights. */
export function TokensPage({ scopes, problem }: { scopes: readonly Scope[]; problem?: string }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Shell title={`${words.makeToken} – Rising BSM Marketplace`} isHidden at="account">
      <Column title={words.makeToken} lead={words.tokenLead}>
        <Refused problem={problem} />
        <form class="card mt-8 flex flex-col gap-5 p-6" method="post" action={accountPaths.tokens()}>
          <Field id="name" label={words.whatFor} max={100} />
          <fieldset>
            <legend class="text-sm font-medium">{words.itMay}</legend>
            <ul class="mt-2 flex flex-col gap-1">
              {scopes.map((scope) => (
                <li>
                  <label class="flex min-h-8 items-center gap-2.5 text-sm">
                    <input type="checkbox" name="scope" value={scope} class="size-4" />
                    {words.scopes[scope]}
                    {isDangerous(scope) ? (
                      <span class="badge bg-warn-soft text-warn-on-soft">{words.needsPasskey}</span>
                    ) : null}
                  </label>
                </li>
              ))}
            </ul>
          </fieldset>
          <div>
            <label class="block text-sm font-medium" for="days">
              {words.days}
            </label>
            <input id="days" name="days" type="number" min="1" max="365" value="90" class="field mt-1.5 max-w-32" />
          </div>
          <div>
            <button type="submit" class="button">
              {words.make}
            </button>
          </div>
        </form>
      </Column>
    </Shell>
  );
}

export function TokenMadePage({ text }: { text: string }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Shell title={`${words.yourToken} – Rising BSM Marketplace`} isHidden at="account">
      <Column title={words.yourToken} lead={words.yourTokenLead}>
        <p class="card mt-8 select-all p-6 font-mono text-sm">{text}</p>
        <BackToAccount />
      </Column>
    </Shell>
  );
}

/** Recovery codes, shown once. */
export function CodesPage({ codes }: { codes: readonly string[] }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Shell title={`${words.yourCodes} – Rising BSM Marketplace`} isHidden at="account">
      <Column title={words.yourCodes} lead={words.yourCodesLead}>
        <ol class="card mt-8 grid grid-cols-1 gap-2 p-6 font-mono sm:grid-cols-2">
          {codes.map((code) => (
            <li>{code}</li>
          ))}
        </ol>
        <BackToAccount />
      </Column>
    </Shell>
  );
}

function BackToAccount() {
  const words = wordsOf(ACCOUNT);
  return (
    <p class="no-print mt-6">
      <a class="link" href={accountPaths.account()}>
        {words.back}
      </a>
    </p>
  );
}
