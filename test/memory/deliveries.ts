import type { DeliverableRelease, DeliveryStore, NewDownloadToken } from "../../src/market/catalogue/delivery-ports.ts";

export interface MemoryRelease extends DeliverableRelease {
  readonly state: "published" | "yanked" | "blocked" | "review";
  readonly delivery: "public" | "gated";
  readonly versionSort: string;
  readonly manifest: string;
  readonly bytes: Uint8Array;
}

export interface DeliveryTables {
  readonly releases: MemoryRelease[];
  readonly tokens: Map<string, NewDownloadToken & { usedAt: number | null }>;
  /** `day release client`, once each. */
  readonly seen: Set<string>;
}

/** Delivery in arrays, for tests of use cases. */
export function deliveriesInMemory({ releases, tokens, seen }: DeliveryTables): DeliveryStore {
  const isOut = (row: MemoryRelease) => row.state === "published" || row.state === "yanked";
  const streamOf = (bytes: Uint8Array | undefined) => (bytes === undefined ? null : new Blob([bytes.slice()]).stream());
  const tokenOf = (hash: string, instanceId: string | null) => {
    const token = tokens.get(hash);
    return token !== undefined && (instanceId === null || token.instanceId === instanceId) ? token : null;
  };
  const releaseOf = (id: string) => releases.find((row) => row.releaseId === id && isOut(row)) ?? null;
  return {
    async publicBundle(sha256) {
      const row = releases.find((one) => one.sha256 === sha256 && one.delivery === "public" && one.state !== "review");
      if (row === undefined) return null;
      const { releaseId, size, name, version, state } = row;
      const block = state === "blocked" ? { reason: "policy", isByLaw: false } : null;
      return { releaseId, size, name, version, publishedAt: row.publishedAt, block };
    },
    sealedBundle: async () => null,
    publishedManifest: async (sha256) => releases.find((row) => row.sha256 === sha256 && isOut(row))?.manifest ?? null,
    async publishedContents(sha256) {
      const row = releases.find((one) => one.sha256 === sha256 && isOut(one));
      if (row === undefined) return null;
      return { manifest: row.manifest, isPublic: row.delivery === "public", publishedAt: row.publishedAt };
    },
    async releaseFor(pluginId, version, publishedBy) {
      const own = releases.filter((row) => row.pluginId === pluginId && isOut(row));
      if (version !== null) return plain(own.find((row) => row.version === version));
      const newest = own
        .filter((row) => row.state === "published" && row.publishedAt <= (publishedBy ?? Number.POSITIVE_INFINITY))
        .sort((a, b) => (a.versionSort < b.versionSort ? 1 : -1));
      return plain(newest[0]);
    },
    async addToken(token) {
      tokens.set(token.hash, { ...token, usedAt: null });
    },
    async consumeToken(hash, instanceId, at) {
      const token = tokenOf(hash, instanceId);
      const release = token === null ? null : releaseOf(token.releaseId);
      if (token === null || release === null || token.usedAt !== null || token.expiresAt <= at) return null;
      token.usedAt = at;
      return plain(release);
    },
    async readToken(hash, instanceId) {
      const token = tokenOf(hash, instanceId);
      const release = token === null ? null : plain(releaseOf(token.releaseId) ?? undefined);
      return token === null || release === null ? null : { release, expiresAt: token.expiresAt, usedAt: token.usedAt };
    },
    async count({ day, releaseId, client }) {
      seen.add(`${day} ${releaseId} ${client}`);
    },
    async forget(at) {
      for (const [hash, token] of tokens) if (token.expiresAt < at - 3600) tokens.delete(hash);
    },
    stream: async (sha256) => streamOf(releases.find((row) => row.sha256 === sha256)?.bytes),
    streamRange: async (sha256, offset, length) =>
      streamOf(releases.find((row) => row.sha256 === sha256)?.bytes.slice(offset, offset + length)),
  };
}

function plain(row: MemoryRelease | undefined): DeliverableRelease | null {
  if (row === undefined) return null;
  const { releaseId, pluginId, name, version, sha256, size, publishedAt } = row;
  return { releaseId, pluginId, name, version, sha256, size, publishedAt };
}
