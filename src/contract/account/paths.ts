/** Addresses of the pages where people sign in and keep their account. */
export const accountPaths = {
  /** `next`: a path of this site to go on with. */
  signIn: (next?: string) => (next === undefined ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`),
  signInOptions: () => "/sign-in/options",
  signInAnswer: () => "/sign-in/passkey",
  signInRecovery: () => "/sign-in/recovery",
  signOut: () => "/sign-out",
  link: () => "/link",
  account: () => "/account",
  /** `next`: where the person wanted to go before the proof. */
  prove: (next?: string) => (next === undefined ? "/account/prove" : `/account/prove?next=${encodeURIComponent(next)}`),
  proveOptions: () => "/account/prove/options",
  proveAnswer: () => "/account/prove/passkey",
  passkeyOptions: () => "/account/passkeys/options",
  passkeyAnswer: () => "/account/passkeys/add",
  passkeyRename: () => "/account/passkeys/rename",
  passkeyRemove: () => "/account/passkeys/remove",
  sessionEnd: () => "/account/sessions/end",
  sessionEndOthers: () => "/account/sessions/end-others",
  recoveryCodes: () => "/account/recovery-codes",
  tokens: () => "/account/tokens",
  tokenRevoke: () => "/account/tokens/revoke",
  changeEmail: () => "/account/email",
  signUp: () => "/sign-up",
  device: () => "/device",
  organizations: () => "/account/organizations",
  organization: (handle: string) => `/account/organizations/${encodeURIComponent(handle)}`,
  organizationInvite: (handle: string) => `/account/organizations/${encodeURIComponent(handle)}/invite`,
  organizationMember: (handle: string) => `/account/organizations/${encodeURIComponent(handle)}/member`,
  organizationWithdraw: (handle: string) => `/account/organizations/${encodeURIComponent(handle)}/withdraw`,
  /** For operators: mail that left nobody yet. */
  outbox: () => "/desk/mail",
} as const;
