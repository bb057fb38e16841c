import type { ListingStates } from "../../src/market/publish/listing-state-ports.ts";
import type { PublishedRelease, ReleaseStates } from "../../src/market/publish/ports.ts";
import type { SealingStore } from "../../src/market/publish/sealing-ports.ts";
import type { PluginRow, ReleaseRow, ReleaseTables } from "./release-tables.ts";

const OUT: readonly string[] = ["published", "deprecated", "yanked"];

/** What becomes of releases once they are out, in arrays. */
export function releaseStatesInMemory(tables: ReleaseTables): ReleaseStates {
  const isMember = (row: ReleaseRow, accountId: string) => {
    const publisherId = tables.plugins.find(({ id }) => id === row.pluginId)?.publisherId;
    return tables.members.some(
      (member) =>
        member.accountId === accountId &&
        member.publisherId === publisherId &&
        (member.role === "owner" || member.role === "maintainer"),
    );
  };
  return {
    async find(pluginId, version) {
      const row = tables.releases.find(
        (one) => one.pluginId === pluginId && one.data.version === version && [...OUT, "blocked"].includes(one.state),
      );
      const plugin = tables.plugins.find(({ id }) => id === pluginId);
      if (row === undefined || plugin === undefined) return null;
      return {
        releaseId: row.id,
        pluginId,
        publisherId: plugin.publisherId,
        name: plugin.name,
        version,
        state: row.state as PublishedRelease["state"],
        notice: row.notice,
      };
    },
    async move({ release, to, notice }, at) {
      const row = tables.releases.find(({ id }) => id === release.releaseId);
      if (row?.state !== release.state || row.notice?.message !== release.notice?.message) return false;
      Object.assign(row, { state: to, notice });
      const plugin = tables.plugins.find(({ id }) => id === row.pluginId);
      if (plugin === undefined) throw new Error("the tables of this test do not fit together");
      Object.assign(plugin, { latestReleaseId: newest(tables, plugin), rev: plugin.rev + 1, updatedAt: at });
      return true;
    },
    async withdraw(releaseId, reason, accountId) {
      const row = tables.releases.find(({ id }) => id === releaseId);
      if (row?.state !== "review" || !isMember(row, accountId)) return false;
      Object.assign(row, { state: "rejected", reason, nextCheckAt: null });
      return true;
    },
  };
}

/** Plugins off and on the shelves, in arrays. */
export function listingStatesInMemory(tables: ReleaseTables): ListingStates {
  const pluginOf = (id: string) => tables.plugins.find((row) => row.id === id);
  const newestOf = (pluginId: string) => tables.releases.filter((row) => row.pluginId === pluginId).at(-1);
  const isDirty = (releaseId: string) => {
    const rows = tables.checks.filter((row) => row.releaseId === releaseId).sort((a, b) => a.attempt - b.attempt);
    const last = new Map(rows.map((row) => [row.name, row.outcome.result]));
    return [...last.values()].includes("dirty");
  };
  return {
    async find(pluginId) {
      const plugin = pluginOf(pluginId);
      if (plugin === undefined) return null;
      const suspension = tables.suspensions.get(pluginId) ?? null;
      const row = newestOf(pluginId);
      return {
        pluginId,
        name: plugin.name,
        publisherId: plugin.publisherId,
        state: suspension === null ? "active" : "quarantined",
        isApproved: plugin.latestReleaseId !== null,
        suspension: suspension && { isDesk: suspension.isDesk, reason: suspension.reason },
        newest: row
          ? { releaseId: row.id, version: row.data.version, state: row.state, isDirty: isDirty(row.id) }
          : null,
      };
    },
    async suspend({ pluginId, reason, isDesk }) {
      const plugin = pluginOf(pluginId);
      const before = tables.suspensions.get(pluginId);
      if (!plugin?.latestReleaseId || (before !== undefined && (before.isDesk || !isDesk))) return false;
      tables.suspensions.set(pluginId, { isDesk, reason, listed: before?.listed ?? plugin.listed });
      plugin.listed = false;
      return true;
    },
    async resume(pluginId, isDesk) {
      const plugin = pluginOf(pluginId);
      const before = tables.suspensions.get(pluginId);
      if (plugin === undefined || before === undefined || (before.isDesk && !isDesk)) return false;
      tables.suspensions.delete(pluginId);
      plugin.listed = before.listed;
      return true;
    },
    async resubmit(releaseId) {
      const row = tables.releases.find(({ id }) => id === releaseId);
      if (row?.state !== "rejected" || newestOf(row.pluginId) !== row) return false;
      Object.assign(row, { state: "review", reason: null });
      return true;
    },
  };
}

/** Sealed bundles and their keys, in arrays. */
export function sealingsInMemory(tables: ReleaseTables): SealingStore {
  return {
    async find(releaseId, statementSha256) {
      const found = tables.sealings.find(
        (row) => row.releaseId === releaseId && row.statementSha256 === statementSha256,
      );
      return found ? { sha256: found.sha256, size: found.size, commitment: found.commitment } : null;
    },
    async keep(sealing) {
      const isThere = tables.sealings.some(
        (row) => row.releaseId === sealing.releaseId && row.statementSha256 === sealing.statementSha256,
      );
      if (!isThere) tables.sealings.push(sealing);
      return !isThere;
    },
    async keysFor(pluginId, version) {
      const plugin = tables.plugins.find(({ id }) => id === pluginId);
      const rows = tables.releases.filter(
        (row) =>
          row.pluginId === pluginId &&
          (row.data.version === version || row.id === plugin?.latestReleaseId) &&
          row.publication?.delivery === "sealed" &&
          OUT.includes(row.state),
      );
      return rows
        .sort((a, b) => (a.data.versionSort < b.data.versionSort ? -1 : 1))
        .flatMap((row) => {
          const sealing = tables.sealings.find(
            (one) => one.releaseId === row.id && one.statementSha256 === row.statement?.sha256,
          );
          if (sealing === undefined) return [];
          const { statementSha256, commitment, contentKey } = sealing;
          const { name, version: own } = row.data;
          return [{ name, version: own, statementSha256, commitment, contentKey, publishedAt: row.publishedAt ?? 0 }];
        });
    },
  };
}

function newest(tables: ReleaseTables, plugin: PluginRow): string | null {
  const rank = ({ data }: ReleaseRow) => `${data.channel === "stable" ? 1 : 0}${data.versionSort}`;
  const offered = tables.releases.filter(
    (row) => row.pluginId === plugin.id && (row.state === "published" || row.state === "deprecated"),
  );
  return offered.sort((a, b) => (rank(a) < rank(b) ? 1 : -1))[0]?.id ?? null;
}
