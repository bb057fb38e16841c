import { accountPaths } from "../../contract/account/paths.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { Column, Field, Refused } from "./form-parts.tsx";
import { PasskeyButton } from "./passkey-button.tsx";
import { SIGN_IN } from "./words.ts";

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
  const words = wordsOf(SIGN_IN);
  return (
    <Shell title={`${words.signIn} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <Column title={words.signIn} lead={words.signInLead}>
        <Refused problem={problem} />
        <div class="card mt-8 p-6">
          <PasskeyButton
            act="get"
            options={accountPaths.signInOptions()}
            answer={accountPaths.signInAnswer()}
            next={next}
            nonce={nonce}
          >
            {words.withPasskey}
          </PasskeyButton>
          {hasGithub ? (
            <p class="mt-4">
              <a class="button button-quiet w-full sm:w-auto" href={accountPaths.signInGithub()}>
                {words.withGithub}
              </a>
            </p>
          ) : null}
          <p class="mt-4 text-sm text-muted-foreground">
            {words.noAccount}{" "}
            <a class="link" href={accountPaths.signUp()}>
              {words.makeOne}
            </a>
          </p>
        </div>
        <form class="card mt-6 p-6" method="post" action={accountPaths.signInRecovery()}>
          <h2 class="text-lg font-semibold">{words.lost}</h2>
          <p class="mb-4 mt-1 text-sm text-muted-foreground">{words.lostHint}</p>
          <input type="hidden" name="next" value={next} />
          <Field id="code" label={words.recoveryCode} max={40} />
          <button type="submit" class="button button-quiet mt-4">
            {words.withCode}
          </button>
        </form>
      </Column>
    </Shell>
  );
}

/** `/account/prove`: is it still the same person? */
export function ProvePage({ next, nonce, hasPasskey }: { next: string; nonce: string; hasPasskey: boolean }) {
  const words = wordsOf(SIGN_IN);
  return (
    <Shell title={`${words.prove} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <Column title={words.prove} lead={words.proveLead}>
        {hasPasskey ? (
          <div class="card mt-8 p-6">
            <PasskeyButton
              act="get"
              options={accountPaths.proveOptions()}
              answer={accountPaths.proveAnswer()}
              next={next}
              nonce={nonce}
            >
              {words.usePasskey}
            </PasskeyButton>
          </div>
        ) : (
          <p class="mt-8">
            {words.none}{" "}
            <a class="link" href={accountPaths.account()}>
              {words.makePasskey}
            </a>
          </p>
        )}
      </Column>
    </Shell>
  );
}

/** `/sign-up`: an account begins with an address that is proven by a link. */
export function SignUpPage({ problem }: { problem?: string }) {
  const words = wordsOf(SIGN_IN);
  return (
    <Shell title={`${words.signUp} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <Column title={words.signUp} lead={words.signUpLead}>
        <Refused problem={problem} />
        <form class="card mt-8 flex flex-col gap-4 p-6" method="post" action={accountPaths.signUp()}>
          <Field id="name" label={words.name} max={100} autocomplete="name" />
          <Field id="email" label={words.email} type="email" max={254} autocomplete="email" />
          <div>
            <button type="submit" class="button">
              {words.sendLink}
            </button>
          </div>
        </form>
      </Column>
    </Shell>
  );
}

/** The same for every address, whether it has an account or not. */
export function MailSentPage() {
  const words = wordsOf(SIGN_IN);
  return (
    <Shell title={`${words.mail} – Rising BSM Marketplace`} isHidden hasOwnSearch>
      <Column title={words.mail} lead={words.mailLead} />
    </Shell>
  );
}
