import type { Role } from "../../domain/account/publisher.ts";
import type { NewToken } from "./ports.ts";

/** Accounts as people have them, mail to them, tools they let in. Times are Unix seconds. */
export interface PeoplePorts {
  readonly people: PeopleStore;
  readonly devices: DeviceStore;
  readonly mail: Mail;
  /** Null where it is not configured. */
  readonly github: Github | null;
  readonly organizations: OrganizationStore;
}

export interface PeopleStore {
  /** All old ones end. */
  replaceRecoveryCodes(accountId: string, hashes: readonly string[], at: number): Promise<void>;
  countRecoveryCodes(accountId: string): Promise<number>;
  /** Takes it away: of parallel calls one gets the account. */
  spendRecoveryCode(codeHash: string): Promise<string | null>;
  /** No publishing rights until then; tokens and sessions alike. */
  holdPublishing(accountId: string, until: number, at: number): Promise<void>;
  findByEmail(email: string): Promise<string | null>;
  /** The account of an address, and whether it may be linked by that address alone. */
  findAddress(
    email: string,
  ): Promise<{ readonly accountId: string; readonly isVerified: boolean; readonly hasPasskey: boolean } | null>;
  findGithub(githubId: string): Promise<string | null>;
  /** False: the account has another one already. */
  linkGithub(githubId: string, login: string, accountId: string, at: number): Promise<boolean>;
  /** An account whose address is proven; null: the address has one. */
  signUp(name: string, email: string, at: number): Promise<string | null>;
  /** Proven, from now on. False: another account has it. */
  changeEmail(accountId: string, email: string, at: number): Promise<boolean>;
  /** Addresses of the owners of every organization this account is in, its own among them. */
  ownersAround(accountId: string): Promise<readonly string[]>;
}

export interface GithubUser {
  /** GitHub's number; logins change hands. */
  readonly id: string;
  readonly login: string;
  /** The primary address, if GitHub has proof of it. Lower case. */
  readonly email: string | null;
}
export interface Github {
  /** Where a browser asks its person. */
  address(state: string, challenge: string): string;
  /** Whom the code is about; null for a code that is none, and while GitHub does not answer. */
  identify(code: string, verifier: string): Promise<GithubUser | null>;
}

export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly body: string;
}
/** Mail leaves by whatever is configured; without it, it waits where operators can read it. */
export interface Mail {
  send(mail: OutgoingMail): Promise<void>;
  /** Newest first, opened. */
  waiting(limit: number): Promise<readonly (OutgoingMail & { readonly at: number })[]>;
}

export interface DeviceStore {
  ask(request: NewDeviceRequest): Promise<void>;
  findByUserCode(userCodeHash: string, now: number): Promise<DeviceRequest | null>;
  /** Only while it is pending: of parallel decisions the first counts. Null scopes: denied. */
  decide(userCodeHash: string, accountId: string, scopes: readonly string[] | null, now: number): Promise<boolean>;
  /** One statement: writes down the poll and answers the state, and when the poll before this one was. */
  poll(deviceHash: string, now: number): Promise<PolledDevice | null>;
  /** The token instead of the code: of parallel calls one gets it. False: used, late, the account gone or full. */
  redeem(deviceHash: string, token: NewToken, max: number, now: number): Promise<boolean>;
}

export interface DeviceRequest {
  readonly client: string;
  readonly scopes: readonly string[];
  readonly address: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}
export interface NewDeviceRequest extends DeviceRequest {
  readonly deviceHash: string;
  readonly userCodeHash: string;
}
export interface PolledDevice extends DeviceRequest {
  readonly state: "pending" | "approved" | "denied";
  readonly pollBefore: number | null;
  readonly isOperator: boolean;
}

/** Members of an organization. Every change is one guarded statement with its audit row. */
export interface OrganizationStore {
  /** With its first owner. */
  create(handle: string, displayName: string, accountId: string, at: number): Promise<string | "handle_taken">;
  members(publisherId: string): Promise<readonly Member[]>;
  /** True as well where the account is a member already; its role stays. */
  join(publisherId: string, accountId: string, role: Role, at: number): Promise<void>;
  /** False: no member, or the last owner would be gone. */
  changeRole(publisherId: string, accountId: string, role: Role, by: string, at: number): Promise<boolean>;
  remove(publisherId: string, accountId: string, by: string, at: number): Promise<boolean>;
  /** A nonce for a key that is not named yet. */
  offerFirstKey(nonceHash: string, publisherId: string, accountId: string, expiresAt: number): Promise<void>;
  invitations(publisherId: string, now: number): Promise<readonly Invitation[]>;
  withdraw(publisherId: string, codeHash: string): Promise<boolean>;
}

export interface Member {
  readonly accountId: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly since: number;
}
export interface Invitation {
  readonly codeHash: string;
  readonly email: string;
  readonly role: Role;
  readonly expiresAt: number;
}
