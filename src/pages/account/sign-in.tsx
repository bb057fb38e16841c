import { accountPaths } from "../../contract/account/paths.ts";
import { Shell } from "../shell.tsx";
import { PasskeyButton } from "./passkey-button.tsx";

interface SignInProps {
  readonly next: string;
  readonly nonce: string;
  /** Said when a recovery code was refused. */
  readonly problem?: string | undefined;
}

/** `/sign-in`: a passkey; a recovery code where that is lost, which works without a script. */
export function SignInPage({ next, nonce, problem }: SignInProps) {
  return (
    <Shell title="Sign in – Rising BSM Marketplace" isHidden hasOwnSearch>
      <section class="wrap max-w-xl pt-14">
        <h1 class="text-3xl font-bold tracking-tight">Sign in</h1>
        <p class="mt-3 text-muted-foreground">
          With the passkey of this device, a phone or a security key. There is no password that could be stolen.
        </p>
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
        </div>
        <form class="card mt-6 p-6" method="post" action={accountPaths.signInRecovery()}>
          <h2 class="text-lg font-semibold">Lost your passkey?</h2>
          <p class="mt-1 text-sm text-muted-foreground">
            Use one of the recovery codes you wrote down. It works once, and your publishing rights rest for 72 hours.
          </p>
          {problem === undefined ? null : (
            <p class="mt-3 text-sm text-destructive" role="alert">
              {problem}
            </p>
          )}
          <input type="hidden" name="next" value={next} />
          <label class="mt-4 block text-sm font-medium" for="code">
            Recovery code
          </label>
          <input id="code" name="code" class="field mt-1.5 font-mono" autocomplete="off" required maxlength={40} />
          <button type="submit" class="button button-quiet mt-4">
            Sign in with the code
          </button>
        </form>
      </section>
    </Shell>
  );
}

/** `/account/prove`: is it still the same person? */
export function ProvePage({ next, nonce }: { next: string; nonce: string }) {
  return (
    <Shell title="Is it you? – Rising BSM Marketplace" isHidden hasOwnSearch>
      <section class="wrap max-w-xl pt-14">
        <h1 class="text-3xl font-bold tracking-tight">Is it you?</h1>
        <p class="mt-3 text-muted-foreground">
          What you are about to do needs your passkey once more. The proof counts for ten minutes.
        </p>
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
      </section>
    </Shell>
  );
}
