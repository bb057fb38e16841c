import type { InstanceCredential } from "./ports.ts";

/** What an isolate remembers of instances that proved themselves, for calls that must cost no read (pings, refreshes). */
export interface CredentialMemory {
  /** Null: unknown, or known longer than {@link REMEMBERED_SECONDS}. `now` is Unix seconds. */
  recall(apiKey: string, now: number): InstanceCredential | null;
  keep(apiKey: string, credential: InstanceCredential, now: number): void;
}

/** So long may a secret that was rotated away, or an instance that was suspended, still be taken for what it was. */
export const REMEMBERED_SECONDS = 30;
