import { accountPaths } from "../../contract/account/paths.ts";
import { deskPaths } from "../../contract/desk/paths.ts";
import { publisherPaths } from "../../contract/publisher/paths.ts";
import type { ListedToken, Membership, StoredAccount } from "../../market/account/ports.ts";
import type { ListedSession, SignIn, StoredPasskey } from "../../market/account/session-ports.ts";
import { Shell } from "../shell.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { browserName } from "./browser-name.ts";
import { Act, Field, Section, Time } from "./form-parts.tsx";
import { PasskeyButton } from "./passkey-button.tsx";
import { ACCOUNT, ORGANIZATION } from "./words.ts";

export interface AccountView {
  readonly account: StoredAccount;
  readonly memberships: readonly Membership[];
  readonly passkeys: readonly StoredPasskey[];
  readonly recoveryCodes: number;
  readonly tokens: readonly ListedToken[];
  readonly sessions: readonly ListedSession[];
  /** Of this browser. */
  readonly currentSession: string;
  readonly history: readonly SignIn[];
  /** Publishing rests until then, if that is to come. */
  readonly heldUntil: number | null;
}

/** `/account`: who you are, what you sign in with, where you are signed in, what acts for you. */
export function AccountPage({ view, nonce }: { view: AccountView; nonce: string }) {
  const words = wordsOf(ACCOUNT);
  const { account, heldUntil } = view;
  return (
    <Shell title={`${words.title} – Rising BSM Marketplace`} isHidden at="account">
      <div class="wrap max-w-4xl pt-14">
        <div class="flex flex-wrap items-start justify-between gap-4">
          <div>
            <h1 class="text-3xl font-bold tracking-tight">{account.name}</h1>
            <p class="mt-1 text-muted-foreground">
              {account.email ?? words.noEmail}
              {account.isOperator ? (
                <>
                  {" · "}
                  <a class="link" href={deskPaths.home()}>
                    {words.operator}
                  </a>
                </>
              ) : null}
            </p>
          </div>
          <Act to={accountPaths.signOut()} fields={{}}>
            {words.signOut}
          </Act>
        </div>
        {heldUntil === null ? null : (
          <p class="mt-6 rounded-lg bg-warn-soft p-4 text-warn-on-soft">
            {words.held} <Time at={heldUntil} />.
          </p>
        )}
        <Passkeys passkeys={view.passkeys} nonce={nonce} />
        <RecoveryCodes left={view.recoveryCodes} />
        <Organizations memberships={view.memberships} />
        <Tokens tokens={view.tokens} />
        <Sessions sessions={view.sessions} current={view.currentSession} />
        <Section id="history" title={words.signIns}>
          <ul class="divide-y divide-border text-sm">
            {view.history.map(({ at, method, address, userAgent }) => (
              <li class="py-2.5">
                <Time at={at} /> · {words.methods[method]} · {address ?? words.unknownAddress}
                <span class="text-muted-foreground"> · {browserName(userAgent)}</span>
              </li>
            ))}
          </ul>
        </Section>
        <Section id="email" title={words.email}>
          <form class="flex flex-wrap items-end gap-4" method="post" action={accountPaths.changeEmail()}>
            <Field id="address" label={words.newAddress} type="email" max={254} autocomplete="email" />
            <button type="submit" class="button button-quiet shrink-0 whitespace-nowrap">
              {words.confirm}
            </button>
          </form>
        </Section>
      </div>
    </Shell>
  );
}

function Passkeys({ passkeys, nonce }: { passkeys: readonly StoredPasskey[]; nonce: string }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Section id="passkeys" title={words.passkeys}>
      {passkeys.length === 0 ? (
        <p class="rounded-lg bg-warn-soft p-4 text-warn-on-soft">{words.noPasskey}</p>
      ) : (
        <ul class="divide-y divide-border">
          {passkeys.map((passkey) => (
            <li class="flex flex-wrap items-center gap-x-4 gap-y-3 py-4">
              <form
                class="flex w-full min-w-0 items-center gap-2 sm:w-auto sm:flex-1"
                method="post"
                action={accountPaths.passkeyRename()}
              >
                <input type="hidden" name="id" value={passkey.credentialId} />
                <input class="field" name="name" value={passkey.name} maxlength={60} required aria-label={words.name} />
                <button type="submit" class="button button-quiet shrink-0 whitespace-nowrap">
                  {words.rename}
                </button>
              </form>
              <p class="text-sm text-muted-foreground">
                {words.added} <Time at={passkey.createdAt} />
                {passkey.usedAt === null ? "" : words.used}
                {passkey.usedAt === null ? null : <Time at={passkey.usedAt} />}
              </p>
              {passkeys.length > 1 ? (
                <Act to={accountPaths.passkeyRemove()} fields={{ id: passkey.credentialId }}>
                  {words.remove}
                </Act>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      <form class="mt-4 flex flex-wrap items-end gap-4">
        <Field id="passkey-name" label={words.newPasskey} max={60} isRequired={false} />
        <PasskeyButton
          act="register"
          options={accountPaths.passkeyOptions()}
          answer={accountPaths.passkeyAnswer()}
          next={accountPaths.account()}
          nonce={nonce}
        >
          {words.addPasskey}
        </PasskeyButton>
      </form>
    </Section>
  );
}

function RecoveryCodes({ left }: { left: number }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Section id="recovery" title={words.recovery}>
      <p class="text-muted-foreground">{left === 0 ? words.noCodes : words.codesLeft(left)}</p>
      <div class="mt-4">
        <Act to={accountPaths.recoveryCodes()} fields={{}}>
          {left === 0 ? words.makeCodes : words.makeNewCodes}
        </Act>
      </div>
    </Section>
  );
}

function Organizations({ memberships }: { memberships: readonly Membership[] }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Section id="organizations" title={words.organizations}>
      <ul class="divide-y divide-border">
        {memberships.map(({ handle, displayName, role }) => (
          <li class="flex flex-wrap items-baseline gap-3 py-3">
            <a class="link" href={accountPaths.organization(handle)}>
              {displayName}
            </a>
            <span class="text-sm text-muted-foreground">
              {handle} · {wordsOf(ORGANIZATION).roleNames[role]}
            </span>
            <a class="link text-sm" href={publisherPaths.home(handle)}>
              {words.pluginsAndReleases}
            </a>
          </li>
        ))}
      </ul>
      <form class="mt-4 flex flex-wrap items-end gap-4" method="post" action={accountPaths.organizations()}>
        <Field id="handle" label={words.handle} max={39} pattern="[a-z][a-z0-9]*(-[a-z0-9]+)*" />
        <Field id="display" label={words.name} max={100} />
        <button type="submit" class="button button-quiet shrink-0 whitespace-nowrap">
          {words.makeOrganization}
        </button>
      </form>
    </Section>
  );
}

function Tokens({ tokens }: { tokens: readonly ListedToken[] }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Section id="tokens" title={words.tokens}>
      <ul class="divide-y divide-border">
        {tokens.map((token) => (
          <li class="flex flex-wrap items-center justify-between gap-3 py-3">
            <div class="min-w-0">
              <p class="font-medium">
                {token.name === "" ? words.unnamed : token.name}{" "}
                <code class="text-sm text-muted-foreground">
                  rbsm_{token.kind}_…{token.hint}
                </code>
              </p>
              <p class="text-sm text-muted-foreground">
                {token.scopes.join(", ")} · {words.until} <Time at={token.expiresAt} />
              </p>
            </div>
            <Act to={accountPaths.tokenRevoke()} fields={{ id: token.id }}>
              {words.revoke}
            </Act>
          </li>
        ))}
      </ul>
      <p class="mt-4">
        <a class="link" href={accountPaths.tokens()}>
          {words.makeToken}
        </a>
      </p>
    </Section>
  );
}

function Sessions({ sessions, current }: { sessions: readonly ListedSession[]; current: string }) {
  const words = wordsOf(ACCOUNT);
  return (
    <Section id="sessions" title={words.sessions}>
      <ul class="divide-y divide-border">
        {sessions.map((session) => (
          <li class="flex flex-wrap items-center justify-between gap-3 py-4">
            <div class="min-w-0">
              <p class="font-medium">
                {browserName(session.userAgent)}
                {session.idHash === current ? (
                  <span class="badge ml-2 bg-good-soft text-good-on-soft">{words.here}</span>
                ) : null}
              </p>
              <p class="text-sm text-muted-foreground">
                {words.methods[session.method]}, {session.address ?? words.unknownAddress}, {words.since}{" "}
                <Time at={session.createdAt} />
              </p>
            </div>
            <Act to={accountPaths.sessionEnd()} fields={{ id: session.idHash }}>
              {words.end}
            </Act>
          </li>
        ))}
      </ul>
      {sessions.length > 1 ? (
        <div class="mt-4">
          <Act to={accountPaths.sessionEndOthers()} fields={{}}>
            {words.endOthers}
          </Act>
        </div>
      ) : null}
    </Section>
  );
}
