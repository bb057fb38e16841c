import { accountPaths } from "../../contract/account/paths.ts";
import { isDangerous } from "../../domain/account/rights.ts";
import type { Scope } from "../../domain/account/scopes.ts";
import { Shell } from "../shell.tsx";
import { Column, Field, Refused } from "./form-parts.tsx";

/** What each scope lets its holder do, for people. */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  "release:stage": "Upload releases that somebody else publishes",
  "release:publish": "Publish releases and manage signing keys",
  "release:yank": "Withdraw releases",
  "plugin:create": "Begin new plugins",
  "plugin:edit": "Change listings",
  "license:issue": "Issue and change licenses",
  "instance:manage": "Register and change instances",
  "key:read": "Read license keys",
  "stats:read": "Read statistics",
  "webhook:manage": "Manage webhooks",
  "token:manage": "Make and revoke tokens",
  "desk:accounts": "Desk: manage accounts",
  "desk:review": "Desk: decide about releases",
};

/** `/account/tokens`: a new token with chosen rights. */
export function TokensPage({ scopes, problem }: { scopes: readonly Scope[]; problem?: string }) {
  return (
    <Shell title="Make a token – Rising BSM Marketplace" isHidden at="account">
      <Column title="Make a token" lead="For scripts and machines. It can only what you tick here, and only so long.">
        <Refused problem={problem} />
        <form class="card mt-8 flex flex-col gap-5 p-6" method="post" action={accountPaths.tokens()}>
          <Field id="name" label="What is it for?" max={100} />
          <fieldset>
            <legend class="text-sm font-medium">It may</legend>
            <ul class="mt-2 flex flex-col gap-1">
              {scopes.map((scope) => (
                <li>
                  <label class="flex min-h-8 items-center gap-2.5 text-sm">
                    <input type="checkbox" name="scope" value={scope} class="size-4" />
                    {SCOPE_WORDS[scope]}
                    {isDangerous(scope) ? <span class="badge bg-warn-soft text-warn-on-soft">passkey</span> : null}
                  </label>
                </li>
              ))}
            </ul>
          </fieldset>
          <div>
            <label class="block text-sm font-medium" for="days">
              Days until it ends
            </label>
            <input id="days" name="days" type="number" min="1" max="365" value="90" class="field mt-1.5 max-w-32" />
          </div>
          <div>
            <button type="submit" class="button">
              Make it
            </button>
          </div>
        </form>
      </Column>
    </Shell>
  );
}

export function TokenMadePage({ text }: { text: string }) {
  return (
    <Shell title="Your token – Rising BSM Marketplace" isHidden at="account">
      <Column title="Your token" lead="Copy it now: it is shown this once, and we keep only its hash.">
        <p class="card mt-8 select-all p-6 font-mono text-sm">{text}</p>
        <BackToAccount />
      </Column>
    </Shell>
  );
}

/** Recovery codes, shown once. */
export function CodesPage({ codes }: { codes: readonly string[] }) {
  return (
    <Shell title="Your recovery codes – Rising BSM Marketplace" isHidden at="account">
      <Column
        title="Your recovery codes"
        lead="Write them down or print this page, and keep it where your passkeys are not. They are shown this once."
      >
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
  return (
    <p class="no-print mt-6">
      <a class="link" href={accountPaths.account()}>
        Back to your account
      </a>
    </p>
  );
}
