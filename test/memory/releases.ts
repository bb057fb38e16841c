import { openGates } from "../../src/domain/release/gates.ts";
import {
  STALE_SCANNING_SECONDS,
  STALE_STAGED_SECONDS,
  VELOCITY_RELEASES,
  VELOCITY_WINDOW_SECONDS,
  WEEK_SECONDS,
} from "../../src/domain/release/limits.ts";
import { DAY } from "../../src/domain/time.ts";
import type { BundleStore, DecisionFacts, NewStatement, ReleaseStore } from "../../src/market/publish/ports.ts";
import type { PluginRow, ReleaseRow, ReleaseTables } from "./release-tables.ts";

/** Create-once bytes in a map. */
export function bundlesInMemory({ objects }: ReleaseTables): BundleStore {
  return {
    async putOnce(kind, sha256, bytes) {
      const key = `${kind}/${sha256}`;
      const present = objects.has(key);
      if (!present) objects.set(key, bytes.slice());
      return present ? "exists" : "created";
    },
    get: async (kind, sha256) => objects.get(`${kind}/${sha256}`) ?? null,
    range: async (sha256, offset, length) => objects.get(`bundle/${sha256}`)?.slice(offset, offset + length) ?? null,
    size: async (sha256) => objects.get(`bundle/${sha256}`)?.length ?? null,
    async erase(kind, sha256) {
      objects.delete(`${kind}/${sha256}`);
    },
  };
}

/** Releases in arrays: the rules of the guarded statements, in TypeScript, for tests of use cases. */
export function releasesInMemory(tables: ReleaseTables): ReleaseStore {
  const pluginOf = (release: ReleaseRow): PluginRow => must(tables.plugins.find(({ id }) => id === release.pluginId));
  const releaseOf = (id: string) => tables.releases.find((row) => row.id === id);
  const latest = (releaseId: string) => {
    const rows = tables.checks.filter((row) => row.releaseId === releaseId);
    return Object.fromEntries(rows.sort((a, b) => a.attempt - b.attempt).map((row) => [row.name, row]));
  };
  const isNext = (plugin: PluginRow, statement: NewStatement) =>
    plugin.head.sequence === statement.sequence - 1 && plugin.head.statementSha256 === statement.previous;
  const advance = (plugin: PluginRow, statement: NewStatement) => {
    plugin.head = { sequence: statement.sequence, statementSha256: statement.sha256 };
  };
  const facts = (row: ReleaseRow): DecisionFacts => {
    const plugin = pluginOf(row);
    const checks = Object.values(latest(row.id));
    const { name, version, sha256, size, expected, serverSha256, manifest, actor } = row.data;
    return {
      releaseId: row.id,
      pluginId: plugin.id,
      publisherId: plugin.publisherId,
      publisherHandle: must(tables.publishers.find(({ id }) => id === plugin.publisherId)).handle,
      name,
      displayName: plugin.listing.displayName,
      version,
      sha256,
      size,
      state: row.state,
      hasStatement: row.statement !== null,
      needsApproval: row.statement?.needsApproval === true,
      velocityUntil: row.velocityUntil,
      expected,
      results: Object.fromEntries(checks.map((check) => [check.name, check.outcome.result])),
      findings: checks.flatMap((check) => check.outcome.findings),
      decisionReason: row.reason,
      uploadedBy: `${actor.kind}:${actor.id}`,
      createdAt: row.createdAt,
      statement: row.statement?.envelope ?? null,
      statementSha256: row.statement?.sha256 ?? null,
      serverSha256,
      manifest,
      publications: plugin.publications,
      lastReceiptSha256: plugin.lastReceiptSha256,
      pluginRev: plugin.rev,
      edited: plugin.edited,
      pricing: plugin.listing.pricing,
    };
  };
  const isMember = (plugin: PluginRow, accountId: string) =>
    tables.members.some((row) => row.accountId === accountId && row.publisherId === plugin.publisherId);

  return {
    publisher: async (handle) => tables.publishers.find((row) => row.handle === handle) ?? null,
    key: async (keyId) => tables.keys.get(keyId) ?? null,
    async intake(name, version, publisherId, at) {
      const plugin = tables.plugins.find((row) => row.name === name);
      const release = tables.releases.find(
        (row) => row.pluginId === plugin?.id && row.data.version === version && row.state !== "rejected",
      );
      const own = tables.plugins.filter((row) => row.publisherId === publisherId);
      const waits = (id: string) =>
        tables.releases.some((row) => row.pluginId === id && ["staged", "scanning", "review"].includes(row.state));
      return {
        plugin: plugin
          ? {
              id: plugin.id,
              publisherId: plugin.publisherId,
              publisherHandle: must(tables.publishers.find(({ id }) => id === plugin.publisherId)).handle,
              state: "active",
              headSequence: plugin.head.sequence,
              headStatementSha256: plugin.head.statementSha256,
            }
          : null,
        reserved: null,
        release: release
          ? {
              id: release.id,
              sha256: release.data.sha256,
              state: release.state,
              statementSha256: release.statement?.sha256 ?? null,
            }
          : null,
        newPluginsThisWeek: own.filter((row) => row.createdAt > at - WEEK_SECONDS).length,
        uploadsToday: tables.releases.filter(
          (row) => own.some(({ id }) => id === row.pluginId) && row.createdAt > at - DAY,
        ).length,
        pendingFirstReleases: own.filter((row) => row.latestReleaseId === null && waits(row.id)).length,
      };
    },
    async stage(data, at) {
      const known = tables.plugins.find((row) => row.name === data.name);
      const plugin: PluginRow = known ?? {
        id: String(tables.plugins.length + 1),
        uuid: data.uuid,
        name: data.name,
        publisherId: data.publisherId,
        createdAt: at,
        listing: data.listing,
        listed: true,
        latestReleaseId: null,
        head: { sequence: 0, statementSha256: null },
        publications: 0,
        lastReceiptSha256: null,
        downloads: 0,
        rev: 1,
        edited: [],
        updatedAt: at,
      };
      if (plugin.publisherId !== data.publisherId) return null;
      const isTaken = tables.releases.some(
        (row) => row.pluginId === plugin.id && row.data.version === data.version && row.state !== "rejected",
      );
      if (isTaken || (data.statement !== null && !isNext(plugin, data.statement))) return null;
      const recent = tables.releases.filter(
        (row) => pluginOf(row).publisherId === data.publisherId && row.createdAt > at - VELOCITY_WINDOW_SECONDS,
      );
      if (known === undefined) tables.plugins.push(plugin);
      if (data.statement !== null) advance(plugin, data.statement);
      const id = String(tables.releases.length + 1);
      tables.releases.push({
        id,
        pluginId: plugin.id,
        data,
        createdAt: at,
        velocityUntil: recent.length >= VELOCITY_RELEASES ? at + VELOCITY_WINDOW_SECONDS : null,
        state: "staged",
        statement: data.statement,
        nextCheckAt: null,
        reason: null,
        publication: null,
        publishedAt: null,
        downloads: 0,
        reproducible: null,
        notice: null,
      });
      return { pluginId: plugin.id, releaseId: id };
    },
    async attachStatement(releaseId, statement) {
      const row = releaseOf(releaseId);
      if (!row || row.statement !== null || !["staged", "scanning", "review"].includes(row.state)) return false;
      const plugin = pluginOf(row);
      if (!isNext(plugin, statement)) return false;
      row.statement = statement;
      advance(plugin, statement);
      return true;
    },
    async claimForChecks(releaseId, at) {
      const row = releaseOf(releaseId);
      if (!row) return null;
      const results = latest(releaseId);
      const isOpen = row.data.expected.checks.some(
        (name) => (results[name]?.outcome.result ?? "unknown") === "unknown",
      );
      if (row.state !== "staged" && row.state !== "scanning" && !(row.state === "review" && isOpen)) return null;
      row.state = "scanning";
      row.nextCheckAt = at + STALE_SCANNING_SECONDS;
      const { name, version, publisherId, publisherHandle, sha256, statement, expected } = facts(row);
      return {
        releaseId,
        name,
        version,
        publisherId,
        publisherHandle,
        sha256,
        statement,
        expected,
        results: Object.fromEntries(
          Object.values(results).map((check) => [check.name, { result: check.outcome.result, attempt: check.attempt }]),
        ),
      };
    },
    blockedDigests: async (digests) => digests.filter((digest) => tables.blocked.has(digest)),
    async appendCheck(releaseId, name, attempt, outcome) {
      const isThere = tables.checks.some(
        (row) => row.releaseId === releaseId && row.name === name && row.attempt === attempt,
      );
      if (!isThere) tables.checks.push({ releaseId, name, attempt, outcome });
    },
    async noteReproducible(releaseId, verdict) {
      must(releaseOf(releaseId)).reproducible = verdict;
    },
    async settleChecks(releaseId, nextCheckAt) {
      const row = releaseOf(releaseId);
      if (row?.state !== "scanning") return;
      const isDirty = Object.values(latest(releaseId)).some(
        ({ outcome }) => outcome.result === "dirty" && outcome.rejects !== false,
      );
      row.state = isDirty ? "rejected" : "review";
      row.reason = isDirty ? "A check refused this release; its findings say why." : null;
      row.nextCheckAt = nextCheckAt;
    },
    async due(at) {
      const isDue = (row: ReleaseRow) =>
        (row.state === "staged" && row.createdAt < at - STALE_STAGED_SECONDS) ||
        ((row.state === "scanning" || row.state === "review") && row.nextCheckAt !== null && row.nextCheckAt <= at);
      return tables.releases.filter(isDue).map((row) => row.id);
    },
    show: async (releaseId) => mapped(releaseOf(releaseId), facts),
    deskQueue: async (limit) =>
      tables.releases
        .filter((row) => row.state === "review")
        .map(facts)
        .slice(0, limit),
    forDecision: async (releaseId) => mapped(releaseOf(releaseId), facts),
    async publish(seen, publication, at) {
      const row = must(releaseOf(seen.releaseId));
      const plugin = pluginOf(row);
      const now = facts(row);
      const isSame =
        row.state === "review" &&
        now.sha256 === seen.sha256 &&
        now.statementSha256 === seen.statementSha256 &&
        now.pluginRev === seen.pluginRev &&
        now.lastReceiptSha256 === seen.lastReceiptSha256 &&
        plugin.publications === publication.publication - 1;
      const gates = openGates({ ...now, expected: now.expected.checks }, at);
      if (!isSame || gates.length > 1 || (publication.deciderId !== null && isMember(plugin, publication.deciderId)))
        return false;
      Object.assign(row, {
        state: "published",
        publication,
        publishedAt: at,
        reason: publication.reason,
        nextCheckAt: null,
      });
      const candidates = tables.releases
        .filter((other) => other.pluginId === plugin.id && ["published", "deprecated"].includes(other.state))
        .sort((a, b) => rank(b).localeCompare(rank(a), "en") || 0);
      plugin.publications++;
      plugin.lastReceiptSha256 = publication.receiptSha256;
      plugin.rev++;
      plugin.updatedAt = at;
      plugin.latestReleaseId = candidates[0]?.id ?? null;
      if (plugin.latestReleaseId === row.id)
        plugin.listing = {
          ...publication.listing,
          ...Object.fromEntries(
            Object.entries(plugin.listing).filter(([field]) => field !== "pricing" && plugin.edited.includes(field)),
          ),
        };
      return true;
    },
    async reject(releaseId, sha256, reason, deciderId) {
      const row = releaseOf(releaseId);
      if (row?.state !== "review" || row.data.sha256 !== sha256 || isMember(pluginOf(row), deciderId)) return false;
      Object.assign(row, { state: "rejected", reason, nextCheckAt: null });
      return true;
    },
  };
}

function rank(row: ReleaseRow): string {
  return `${row.data.channel === "stable" ? 1 : 0}${row.data.versionSort}`;
}

function mapped<T, U>(value: T | undefined, map: (value: T) => U): U | null {
  return value === undefined ? null : map(value);
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the tables of this test do not fit together");
  return value;
}
