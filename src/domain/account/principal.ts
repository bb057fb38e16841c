import type { Scope, TokenKind } from "./scopes.ts";
import type { SignInMethod } from "./session.ts";

/** Who is calling, as proven by the credential of one request. */
export type Principal = Caller & {
  /** Where the request came from, as much of it as may be kept: /24 of IPv4, /48 of IPv6. */
  readonly from?: string;
};

type Caller =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "account";
      readonly accountId: string;
      readonly isOperator: boolean;
      /** Ids of the instances of its organizations that it manages as owner or maintainer. */
      readonly sharedInstances?: readonly string[];
      /** What the caller may do. A session's rights are spelled as a token's; its `id` is none. */
      readonly token: {
        readonly id: string;
        readonly kind: TokenKind;
        readonly scopes: readonly Scope[];
        /** Plugin names the token is limited to; null = all. */
        readonly plugins: readonly string[] | null;
        /** The last four characters of its text. */
        readonly hint: string;
        /** Unix seconds. */
        readonly expiresAt: number;
      };
      /** Set where a browser's session called, absent for a token. */
      readonly session?: Session;
    }
  | {
      readonly kind: "instance";
      readonly instanceId: string;
      /** The account that owns the instance. */
      readonly accountId: string;
      /** The publisher that endpoints 4–6 act for. */
      readonly publisherId: string | null;
      readonly isSuspended: boolean;
      /** How far the signed timestamp is from our clock, in seconds. */
      readonly driftSeconds: number;
      /**
       * Set where a copy half a minute old proved it: API key and sealed secret of that copy. Who takes something for such a
       * caller reads whether they still stand.
       */
      readonly provenBy?: { readonly apiKey: string; readonly sealed: string };
    };

/** A browser that is signed in. Times are Unix seconds. */
export interface Session {
  /** Hex SHA-256 of its secret. */
  readonly idHash: string;
  readonly method: SignInMethod;
  readonly createdAt: number;
  /** When this session last saw a passkey proof. */
  readonly provenAt: number | null;
}

export type AccountPrincipal = Extract<Principal, { kind: "account" }>;
