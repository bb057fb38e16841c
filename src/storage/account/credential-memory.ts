import { type CredentialMemory, REMEMBERED_SECONDS } from "../../market/account/credential-memory.ts";
import type { InstanceCredential } from "../../market/account/ports.ts";

const MOST_ENTRIES = 5_000;

/** One isolate's memory; it holds what the database holds, so secrets stay sealed in it. */
export function createCredentialMemory(): CredentialMemory {
  const known = new Map<string, { readonly credential: InstanceCredential; readonly at: number }>();
  return {
    recall(apiKey, now) {
      const kept = known.get(apiKey);
      return kept !== undefined && kept.at <= now && now - kept.at < REMEMBERED_SECONDS ? kept.credential : null;
    },
    keep(apiKey, credential, now) {
      if (known.size >= MOST_ENTRIES) known.clear();
      known.set(apiKey, { credential, at: now });
    },
  };
}
