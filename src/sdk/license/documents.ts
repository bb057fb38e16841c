import type { Keyset } from "../../domain/license/keyset.ts";
import type { Result } from "../../domain/result.ts";
import { keysOf, reopenKeySet, takeKeySet } from "./key-set.ts";
import type { LicenseMemory } from "./memory.ts";
import type { LicenseGuardOptions } from "./options.ts";
import { reopenList, takeList } from "./revocations.ts";
import type { LeaseKey, LocalCode } from "./verify-lease.ts";

/** The key set and the list a guard keeps: fetched when they are missed, imported where nothing can be fetched. */
export interface Documents {
  keys(): readonly LeaseKey[];
  /** Reads what is kept. */
  open(): Promise<void>;
  importKeySet(document: string): Promise<boolean>;
  importList(document: string): Promise<boolean>;
  fetchList(): Promise<boolean>;
  /** Does the work; once more with fetched keys where it met a kid that nobody here knows. */
  withFreshKeys<T>(work: () => Promise<Result<T, LocalCode>>): Promise<Result<T, LocalCode>>;
}

export function createDocuments(
  options: Pick<LicenseGuardOptions, "marketplace" | "keys" | "roots" | "keySet" | "loadKeys" | "fetch">,
  guard: {
    readonly memory: () => LicenseMemory;
    readonly keep: (changes: Partial<LicenseMemory>) => Promise<void>;
    /** Judged time, Unix seconds. */
    readonly now: () => number;
  },
): Documents {
  const { marketplace, roots = [] } = options;
  let keySet: Keyset | null = null;
  let loaded: readonly LeaseKey[] | null = null;

  async function importKeySet(document: string): Promise<boolean> {
    const taken = await takeKeySet(document, roots, marketplace, keySet, guard.now());
    if (!taken.ok) return false;
    keySet = taken.value;
    await guard.keep({ keySet: document.trim() });
    return true;
  }

  async function importList(document: string): Promise<boolean> {
    const { list } = guard.memory();
    const taken = await documents.withFreshKeys(() =>
      takeList(document, documents.keys(), marketplace, list, guard.now()),
    );
    if (taken.ok) await guard.keep({ list: taken.value });
    return taken.ok;
  }

  /** Of the pinned roots the first whose document is believed; both stand for the same keys. */
  async function renewKeys(): Promise<boolean> {
    if (options.loadKeys !== undefined) {
      loaded = await options.loadKeys().catch(() => loaded);
      return true;
    }
    for (const { kid } of roots) {
      const document = await fetchText(`/.well-known/license-keyset/${encodeURIComponent(kid)}.jws`);
      if (document !== null && (await importKeySet(document))) return true;
    }
    return false;
  }

  async function fetchText(path: string): Promise<string | null> {
    try {
      const response = await options.fetch(marketplace + path, { method: "GET", headers: {} });
      return response.ok ? await response.text() : null;
    } catch {
      return null;
    }
  }

  const documents: Documents = {
    keys: () => loaded ?? (keySet === null ? options.keys : keysOf(keySet)),
    async open() {
      const kept = guard.memory().keySet;
      keySet = kept === null ? null : await reopenKeySet(kept, roots, marketplace);
      const shipped = options.keySet === undefined ? null : await reopenKeySet(options.keySet, roots, marketplace);
      if (shipped !== null && shipped.version > (keySet?.version ?? 0)) keySet = shipped;
      const { list } = guard.memory();
      if (list !== null) await guard.keep({ list: await reopenList(list, documents.keys(), marketplace) });
    },
    importKeySet,
    importList,
    async fetchList() {
      const document = await fetchText(`/v1/licenses/revocations?since=${guard.memory().list?.epoch ?? 0}`);
      return document !== null && (await importList(document));
    },
    async withFreshKeys(work) {
      const first = await work();
      if (first.ok || first.problem !== "KEYSET_STALE") return first;
      return (await renewKeys()) ? work() : first;
    },
  };
  return documents;
}
