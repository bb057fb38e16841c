import type { Child } from "hono/jsx";
import { accountPaths } from "../../contract/account/paths.ts";
import type { SignInMethod } from "../../domain/account/session.ts";
import type { Membership, StoredAccount } from "../../market/account/ports.ts";
import type { ListedSession, SignIn, StoredPasskey } from "../../market/account/session-ports.ts";
import { Shell } from "../shell.tsx";
import { PasskeyButton } from "./passkey-button.tsx";

export interface AccountView {
  readonly account: StoredAccount;
  readonly memberships: readonly Membership[];
  readonly passkeys: readonly StoredPasskey[];
  readonly sessions: readonly ListedSession[];
  /** Of this browser. */
  readonly currentSession: string;
  readonly history: readonly SignIn[];
}

const METHODS: Readonly<Record<SignInMethod, string>> = {
  passkey: "Passkey",
  link: "One-time link",
  recovery: "Recovery code",
  github: "GitHub",
};

/** `/account`: who you are, what you sign in with, where you are signed in. */
export function AccountPage({ view, nonce }: { view: AccountView; nonce: string }) {
  const { account, passkeys } = view;
  return (
    <Shell title="Your account – Rising BSM Marketplace" isHidden>
      <div class="wrap max-w-4xl pt-14">
        <div class="flex flex-wrap items-start justify-between gap-4">
          <div>
            <h1 class="text-3xl font-bold tracking-tight">{account.name}</h1>
            <p class="mt-1 text-muted-foreground">
              {account.email ?? "No e-mail address"}
              {account.isOperator ? " · operator" : ""}
            </p>
          </div>
          <form method="post" action={accountPaths.signOut()}>
            <button type="submit" class="button button-quiet">
              Sign out
            </button>
          </form>
        </div>
        <Passkeys passkeys={passkeys} nonce={nonce} />
        <Sessions sessions={view.sessions} current={view.currentSession} />
        <History history={view.history} />
      </div>
    </Shell>
  );
}

function Passkeys({ passkeys, nonce }: { passkeys: readonly StoredPasskey[]; nonce: string }) {
  return (
    <Section id="passkeys" title="Passkeys">
      {passkeys.length === 0 ? (
        <p class="rounded-lg bg-warn-soft p-4 text-warn-on-soft">
          You have no passkey yet. Make one now: without it you cannot sign in again.
        </p>
      ) : (
        <ul class="divide-y divide-border">
          {passkeys.map((passkey) => (
            <li class="flex flex-wrap items-center gap-x-4 gap-y-3 py-4">
              <form class="flex min-w-0 flex-1 items-center gap-2" method="post" action={accountPaths.passkeyRename()}>
                <input type="hidden" name="id" value={passkey.credentialId} />
                <input class="field" name="name" value={passkey.name} maxlength={60} required aria-label="Name" />
                <button type="submit" class="button button-quiet">
                  Rename
                </button>
              </form>
              <p class="text-sm text-muted-foreground">
                Added <Time at={passkey.createdAt} />
                {passkey.usedAt === null ? "" : ", used "}
                {passkey.usedAt === null ? null : <Time at={passkey.usedAt} />}
              </p>
              {passkeys.length > 1 ? (
                <form method="post" action={accountPaths.passkeyRemove()}>
                  <input type="hidden" name="id" value={passkey.credentialId} />
                  <button type="submit" class="button button-quiet">
                    Remove
                  </button>
                </form>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      <form class="mt-4 flex flex-wrap items-end gap-4">
        <div>
          <label class="block text-sm font-medium" for="passkey-name">
            Name of the new passkey
          </label>
          <input id="passkey-name" name="passkey-name" class="field mt-1.5" maxlength={60} placeholder="Laptop" />
        </div>
        <PasskeyButton
          act="register"
          options={accountPaths.passkeyOptions()}
          answer={accountPaths.passkeyAnswer()}
          next={accountPaths.account()}
          nonce={nonce}
        >
          Add a passkey
        </PasskeyButton>
      </form>
    </Section>
  );
}

function Sessions({ sessions, current }: { sessions: readonly ListedSession[]; current: string }) {
  return (
    <Section id="sessions" title="Signed in">
      <ul class="divide-y divide-border">
        {sessions.map((session) => (
          <li class="flex flex-wrap items-center justify-between gap-3 py-4">
            <div class="min-w-0">
              <p class="font-medium">
                {session.userAgent ?? "Unknown browser"}
                {session.idHash === current ? (
                  <span class="badge ml-2 bg-good-soft text-good-on-soft">here</span>
                ) : null}
              </p>
              <p class="text-sm text-muted-foreground">
                {METHODS[session.method]}, {session.address ?? "unknown address"}, since <Time at={session.createdAt} />
              </p>
            </div>
            <form method="post" action={accountPaths.sessionEnd()}>
              <input type="hidden" name="id" value={session.idHash} />
              <button type="submit" class="button button-quiet">
                End
              </button>
            </form>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function History({ history }: { history: readonly SignIn[] }) {
  return (
    <Section id="history" title="Sign-ins">
      <ul class="divide-y divide-border text-sm">
        {history.map(({ at, method, address, userAgent }) => (
          <li class="py-2.5">
            <Time at={at} /> · {METHODS[method]} · {address ?? "unknown address"}
            <span class="text-muted-foreground"> · {userAgent ?? "unknown browser"}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function Section({ id, title, children }: { id: string; title: string; children?: Child }) {
  return (
    <section class="card mt-8 p-6" aria-labelledby={id}>
      <h2 id={id} class="text-xl font-semibold">
        {title}
      </h2>
      <div class="mt-3">{children}</div>
    </section>
  );
}

export function Time({ at }: { at: number }) {
  const iso = new Date(at * 1000).toISOString();
  return <time datetime={iso}>{`${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`}</time>;
}
