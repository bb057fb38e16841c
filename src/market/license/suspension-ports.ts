import type { AuditEntry } from "../ports.ts";

/** What stopping instances and accounts needs of the world. */
export interface SuspensionPorts {
  readonly suspensions: SuspensionStore;
}

export type SuspendedKind = "instance" | "account";
export type Standing = "active" | "suspended";

export interface SuspensionStore {
  /**
   * Writes the state with its audit entry, if it is another one. Answers the instances concerned; null: there is nothing of
   * that id, or it is an operator's account, which nobody locks out.
   */
  set(
    kind: SuspendedKind,
    id: string,
    state: Standing,
    entry: AuditEntry,
    now: number,
  ): Promise<readonly { readonly instanceId: string; readonly apiKey: string }[] | null>;
}
