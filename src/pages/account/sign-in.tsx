import { accountPaths } from "../../contract/account/paths.ts";
import { Shell } from "../shell.tsx";
import { Column, Field, Refused } from "./form-parts.tsx";
import { PasskeyButton } from "./passkey-button.tsx";

interface SignInProps {
  readonly next: string;
  readonly nonce: string;
  /** Sign-in with GitHub is configured. */
  readonly hasGithub: boolean;
  /** Said when a recovery code was refused. */
  readonly problem?: string;
}

/** `/sign-in`: a passkey; a recovery code where that is lost, which works without a script. */
export function SignInPage({ next, nonce, hasGithub, problem }: SignInProps) {
  return (
    <Shell title="Sign in – Rising BSM Marketplace" isHidden hasOwnSearch>
      <Column
        title="Sign in"
        lead="With the passkey of this device, a phone or a security key. There is no password that could be stolen."
      >
        <Refused problem={problem} />
        <div class="card mt-8 p-6">
          <PasskeyButton
            act="get"
            options={accountPaths.signInOptions()}
            answer={accountPaths.signInAnswer()}
            next={next}
            nonce={nonce}
          >
            Sign in with a passkey
          </PasskeyButton>
          {hasGithub ? (
            <p class="mt-4">
              <a class="button button-quiet w-full sm:w-auto" href={accountPaths.signInGithub()}>
                Sign in with GitHub
              </a>
            </p>
          ) : null}
          <p class="mt-4 text-sm text-muted-foreground">
            No account yet?{" "}
            <a class="link" href={accountPaths.signUp()}>
              Make one
            </a>
          </p>
        </div>
        <form class="card mt-6 p-6" method="post" action={accountPaths.signInRecovery()}>
          <h2 class="text-lg font-semibold">Lost your passkey?</h2>
          <p class="mb-4 mt-1 text-sm text-muted-foreground">
            Use one of the recovery codes you wrote down. It works once, and your publishing rights rest for 72 hours.
          </p>
          <input type="hidden" name="next" value={next} />
          <Field id="code" label="Recovery code" max={40} />
          <button type="submit" class="button button-quiet mt-4">
            Sign in with the code
          </button>
        </form>
      </Column>
    </Shell>
  );
}

/** `/account/prove`: is it still the same person? */
export function ProvePage({ next, nonce, hasPasskey }: { next: string; nonce: string; hasPasskey: boolean }) {
  return (
    <Shell title="Is it you? – Rising BSM Marketplace" isHidden hasOwnSearch>
      <Column
        title="Is it you?"
        lead="What you are about to do needs your passkey once more. The proof counts for ten minutes."
      >
        {hasPasskey ? (
          <div class="card mt-8 p-6">
            <PasskeyButton
              act="get"
              options={accountPaths.proveOptions()}
              answer={accountPaths.proveAnswer()}
              next={next}
              nonce={nonce}
            >
              Use your passkey
            </PasskeyButton>
          </div>
        ) : (
          <p class="mt-8">
            You have none yet.{" "}
            <a class="link" href={accountPaths.account()}>
              Make a passkey first
            </a>
          </p>
        )}
      </Column>
    </Shell>
  );
}

/** `/sign-up`: an account begins with an address that is proven by a link. */
export function SignUpPage({ problem }: { problem?: string }) {
  return (
    <Shell title="Make an account – Rising BSM Marketplace" isHidden hasOwnSearch>
      <Column title="Make an account" lead="For publishers and for everybody who runs a Rising BSM.">
        <Refused problem={problem} />
        <form class="card mt-8 flex flex-col gap-4 p-6" method="post" action={accountPaths.signUp()}>
          <Field id="name" label="Your name" max={100} autocomplete="name" />
          <Field id="email" label="E-mail address" type="email" max={254} autocomplete="email" />
          <div>
            <button type="submit" class="button">
              Send me the link
            </button>
          </div>
        </form>
      </Column>
    </Shell>
  );
}

/** The same for every address, whether it has an account or not. */
export function MailSentPage() {
  return (
    <Shell title="Look into your mail – Rising BSM Marketplace" isHidden hasOwnSearch>
      <Column
        title="Look into your mail"
        lead="We have written to this address. The link in the mail works once, within a day."
      />
    </Shell>
  );
}
