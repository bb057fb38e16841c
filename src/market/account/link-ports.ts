import type { Role } from "../../domain/account/publisher.ts";

/** One-time links: what one does is fixed when it is made. Times are Unix seconds. */
export interface LinkStore {
  make(codeHash: string, link: AccountLink, by: string | null, at: number, expiresAt: number): Promise<void>;
  /** Looked at, not used up: what stands on the page before somebody says yes. */
  find(codeHash: string, now: number): Promise<AccountLink | null>;
  /** Takes it away: of parallel calls one gets it. */
  spend(codeHash: string, now: number): Promise<AccountLink | null>;
}

export type AccountLink =
  | { readonly purpose: "sign_in"; readonly accountId: string }
  | { readonly purpose: "sign_up"; readonly name: string; readonly email: string }
  | { readonly purpose: "verify_email"; readonly accountId: string; readonly email: string }
  | { readonly purpose: "join"; readonly email: string; readonly publisherId: string; readonly role: Role };
