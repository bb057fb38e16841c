import type { Ceremony } from "../../domain/account/passkey.ts";
import type { Session } from "../../domain/account/principal.ts";
import type { SignInMethod } from "../../domain/account/session.ts";
import type { Json } from "../../domain/json/json.ts";
import type { LinkStore } from "./link-ports.ts";

/** What signing in needs of the world. Times are Unix seconds; every `…Hash` is hex SHA-256. */
export interface SignInPorts {
  readonly links: LinkStore;
  readonly sessions: SessionStore;
  readonly passkeys: PasskeyStore;
  readonly passkeyVerifier: PasskeyVerifier;
  readonly attempts: AttemptStore;
}

/** A browser, as it shows itself: for the person's own list and history. */
export interface Visitor {
  /** As the platform saw it. */
  readonly address: string | null;
  readonly userAgent: string | null;
}

export interface SessionStore {
  /** The session with its account: one joined read. Ended ones and those of suspended accounts are not found. */
  find(idHash: string, now: number): Promise<StoredSession | null>;
  /** The session and its line in the history. Not written where the account is not active: false. */
  open(session: NewSession): Promise<boolean>;
  /** Another secret for the same sign-in, after a passkey proof; the old one is dead. False: it had ended. */
  replace(oldHash: string, newHash: string, provenAt: number): Promise<boolean>;
  /** Writes down that it is in use; never past `latest`. */
  renew(idHash: string, now: number, expiresAt: number): Promise<void>;
  /** Living ones, the latest used first. */
  list(accountId: string, now: number): Promise<readonly ListedSession[]>;
  end(accountId: string, idHash: string): Promise<boolean>;
  endOthers(accountId: string, exceptHash: string): Promise<number>;
  /** Newest first. */
  history(accountId: string, limit: number): Promise<readonly SignIn[]>;
  /** Forgets what has ended: sessions, challenges, links, codes, attempts, old history and mail. */
  sweep(now: number, historyBefore: number): Promise<void>;
  /** The youngest passkey proof of any living session. */
  lastProof(accountId: string, now: number): Promise<number | null>;
}

export interface StoredSession extends Session {
  readonly accountId: string;
  readonly isOperator: boolean;
  readonly publishingHeldUntil: number | null;
  readonly sharedInstances: readonly string[];
  readonly seenAt: number;
  readonly expiresAt: number;
}

export interface NewSession extends Visitor {
  readonly idHash: string;
  readonly accountId: string;
  readonly method: SignInMethod;
  readonly at: number;
  readonly expiresAt: number;
  readonly provenAt: number | null;
}

export interface ListedSession extends Session, Visitor {
  readonly seenAt: number;
  readonly expiresAt: number;
}

export interface SignIn extends Visitor {
  readonly at: number;
  readonly method: SignInMethod;
}

export interface PasskeyStore {
  offerChallenge(challengeHash: string, purpose: Ceremony, accountId: string | null, expiresAt: number): Promise<void>;
  /** Takes it away: of many answers to one challenge the first counts. Null: unknown, late, or of another ceremony. */
  spendChallenge(
    challengeHash: string,
    purpose: Ceremony,
    now: number,
  ): Promise<{ readonly accountId: string | null } | null>;
  find(credentialId: string): Promise<StoredPasskey | null>;
  list(accountId: string): Promise<readonly StoredPasskey[]>;
  /** False: somebody has it already, or the account has as many as it may. */
  add(passkey: Omit<StoredPasskey, "usedAt">, max: number): Promise<boolean>;
  /** After a good answer. False: the counter went back since it was read, so the authenticator was copied. */
  used(credentialId: string, counter: number, isBackedUp: boolean, at: number): Promise<boolean>;
  rename(accountId: string, credentialId: string, name: string): Promise<boolean>;
  /** Never the last one: a guarded statement. */
  remove(accountId: string, credentialId: string, at: number): Promise<boolean>;
}

export interface StoredPasskey {
  readonly credentialId: string;
  readonly accountId: string;
  /** Base64url COSE key. */
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly isBackedUp: boolean;
  readonly name: string;
  readonly createdAt: number;
  readonly usedAt: number | null;
}

/** What a browser's authenticator answered: `RegistrationResponseJSON` or `AuthenticationResponseJSON`. */
export interface CeremonyAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: "public-key";
  readonly clientExtensionResults: { readonly [name: string]: Json };
  readonly response: { readonly clientDataJSON: string; readonly [name: string]: Json };
}

/** The checks of WebAuthn §7.1 and §7.2, user verification demanded; null for every answer that fails one. */
export interface PasskeyVerifier {
  registration(
    answer: CeremonyAnswer,
    challenge: string,
  ): Promise<Pick<StoredPasskey, "credentialId" | "publicKey" | "counter" | "transports" | "isBackedUp"> | null>;
  authentication(
    answer: CeremonyAnswer,
    challenge: string,
    passkey: StoredPasskey,
  ): Promise<{ readonly counter: number; readonly isBackedUp: boolean } | null>;
}

export interface AttemptStore {
  /** Counts one more of `max` in the span that ends at `span`. False: they are used up, and nothing was written. */
  take(bucket: string, span: number, max: number): Promise<boolean>;
}
