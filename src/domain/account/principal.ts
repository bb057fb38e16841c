import type { Scope, TokenKind } from "./scopes.ts";

/** Who is calling, as proven by the credential of one request. */
export type Principal =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "account";
      readonly accountId: string;
      readonly isOperator: boolean;
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
    };
