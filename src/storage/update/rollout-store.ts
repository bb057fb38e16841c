import { DAY } from "../../domain/time.ts";
import { type Halt, REGRET, WITNESS_AGE, type Witness } from "../../domain/update/halt.ts";
import { ALL, COOLDOWN, DEFAULT_STEPS, defaultRollout, type RolloutStep } from "../../domain/update/rollout.ts";
import type { ReleaseRollout, RolloutStore } from "../../market/update/rollout-ports.ts";

const STARTED = "('published', 'deprecated')";
const BEGUN_PER_SWEEP = 200;
const WITNESSES_PER_SWEEP = 20_000;
/** An installation that was heard of within a week is alive. */
const ALIVE = 7 * DAY;

export function createRolloutStore(db: D1Database): RolloutStore {
  return {
    async find(pluginId, version) {
      const row = await db.prepare(FIND).bind(Number(pluginId), version).first<FoundRow>();
      return row === null ? null : foundOf(row);
    },

    async write(release, { rollout, action, reason, accountId }, at) {
      const { releaseId, name, version, rev } = release;
      const stopped = rollout.state === "active" ? null : at;
      const [written] = await db.batch([
        db
          .prepare(
            `INSERT INTO rollouts (release_id, state, starts_at, steps, least, stopped_at, reason, actor, updated_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ?10 = 0 OR EXISTS (SELECT 1 FROM rollouts WHERE release_id = ?1 AND rev = ?10)
             ON CONFLICT (release_id) DO UPDATE SET state = excluded.state, starts_at = excluded.starts_at, steps = excluded.steps,
               stopped_at = excluded.stopped_at, reason = excluded.reason, evidence = NULL, actor = excluded.actor,
               rev = rev + 1, updated_at = excluded.updated_at WHERE rev = ?10`,
          )
          .bind(
            Number(releaseId),
            rollout.state,
            rollout.startsAt,
            JSON.stringify(rollout.steps),
            rollout.least,
            stopped,
            reason,
            `account:${accountId}`,
            at,
            rev,
          ),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
             SELECT ?1, 'account', ?2, ?3, 'release', ?4, ?5 WHERE changes() = 1`,
          )
          .bind(
            at,
            accountId,
            action,
            releaseId,
            JSON.stringify({ plugin: name, version, steps: JSON.stringify(rollout.steps), reason }),
          ),
        db
          .prepare(`INSERT INTO changes (at, kind, subject, data) SELECT ?1, ?2, ?3, ?4 WHERE changes() = 1`)
          .bind(at, action, name, JSON.stringify({ version, state: rollout.state })),
      ]);
      return written?.meta.changes === 1;
    },

    async halt(releaseId, halt, at) {
      const [halted] = await db.batch([
        db
          .prepare(
            `UPDATE rollouts SET state = 'halted', stopped_at = ?2, reason = ?3, evidence = ?4, actor = 'system', rev = rev + 1,
               updated_at = ?2 WHERE release_id = ?1 AND state = 'active'`,
          )
          .bind(Number(releaseId), at, halt.rule, JSON.stringify(halt)),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
             SELECT ?1, 'system', 'rollouts', 'rollout.halted', 'release', ?2, ?3 WHERE changes() = 1`,
          )
          .bind(at, releaseId, JSON.stringify(halt)),
        db
          .prepare(
            `INSERT INTO changes (at, kind, subject, data)
             SELECT ?1, 'rollout.halted', p.name, json_object('version', r.version, 'rule', ?3)
             FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE r.id = ?2 AND changes() = 1`,
          )
          .bind(at, Number(releaseId), halt.rule),
      ]);
      return halted?.meta.changes === 1;
    },

    async begin(before, at) {
      const [begun] = await db.batch<{ release_id: number }>([
        db
          .prepare(
            `INSERT INTO rollouts (release_id, starts_at, steps, least, alive, updated_at)
             SELECT id, published_at + ${COOLDOWN}, ?1, ${leastOf("alive")}, alive, ?2 FROM (
               SELECT r.id, r.published_at, ${aliveOf("r.plugin_id")} AS alive FROM releases r
               WHERE r.state IN ${STARTED} AND r.published_at <= ?3 AND r.published_at > ?3 - ${14 * DAY}
                 AND NOT EXISTS (SELECT 1 FROM rollouts o WHERE o.release_id = r.id)
               ORDER BY r.published_at LIMIT ${BEGUN_PER_SWEEP})
             WHERE true RETURNING release_id`,
          )
          .bind(JSON.stringify(DEFAULT_STEPS), at, before),
        db
          .prepare(
            `INSERT INTO changes (at, kind, subject, data)
             SELECT ?1, 'rollout.started', p.name, json_object('version', r.version, 'least', o.least)
             FROM rollouts o JOIN releases r ON r.id = o.release_id JOIN plugins p ON p.id = r.plugin_id
             WHERE o.updated_at = ?1 AND o.rev = 1 AND o.actor = 'system'`,
          )
          .bind(at),
      ]);
      return begun?.results.length ?? 0;
    },

    async witnesses(since, at) {
      const { results } = await db
        .prepare(WITNESSES)
        .bind(since, at - WITNESS_AGE)
        .all<WitnessRow>();
      const told = Map.groupBy(results, ({ release_id }) => release_id);
      return [...told].map(([releaseId, rows]) => ({ releaseId: String(releaseId), told: rows.map(witnessOf) }));
    },

    async note(instanceId, pluginId, version, why, at) {
      await db
        .prepare(
          `INSERT OR IGNORE INTO update_failures (instance_id, release_id, why, at)
           SELECT ?1, id, ?4, ?5 FROM releases WHERE plugin_id = ?2 AND version = ?3 AND state IN ${STARTED}`,
        )
        .bind(Number(instanceId), Number(pluginId), version, why, at)
        .run();
    },
  };
}

function aliveOf(plugin: string): string {
  return `(SELECT COUNT(DISTINCT a.instance_id) FROM licenses l JOIN activations a ON a.license_id = l.id
    WHERE l.plugin_id = ${plugin} AND a.released_at IS NULL AND a.last_seen_at > ?2 - ${ALIVE})`;
}

/** `leastBasisPoints` of the rules, where the rows are. */
function leastOf(alive: string): string {
  return `iif(${alive} <= 3, ${ALL}, (${3 * ALL} + ${alive} - 1) / ${alive})`;
}

const FIND = `
  SELECT r.id, r.plugin_id, p.publisher_id, p.name, r.version, r.published_at, o.state, o.starts_at, o.steps, o.least, o.rev,
    o.stopped_at, o.reason, o.evidence, COALESCE(o.alive, 0) AS alive, f.floor,
    (SELECT COUNT(DISTINCT g.instance_id) FROM install_ledger g WHERE g.plugin_id = r.plugin_id AND g.version = r.version
       AND g.kind = 'moved') AS updated
  FROM releases r JOIN plugins p ON p.id = r.plugin_id LEFT JOIN rollouts o ON o.release_id = r.id
    LEFT JOIN plugin_floors f ON f.plugin_id = p.id
  WHERE r.plugin_id = ?1 AND r.version = ?2 AND r.state IN ('published', 'deprecated', 'yanked')`;

const FAILED_RUN = "x.outcome NOT IN ('ok', 'queued', 'running', 'skipped')";

/** One row per release and instance that moved up to it and is old enough. */
const WITNESSES = `
  WITH moved AS (
    SELECT r.id AS release_id, r.plugin_id, r.version, r.version_sort, g.instance_id, g.activation_id, g.from_version, MIN(g.at) AS at,
      MIN(g.id) AS entry
    FROM rollouts o JOIN releases r ON r.id = o.release_id
      JOIN install_ledger g ON g.plugin_id = r.plugin_id AND g.version = r.version AND g.kind = 'moved'
      JOIN instances i ON i.id = g.instance_id AND i.created_at <= ?2
      JOIN releases f ON f.plugin_id = r.plugin_id AND f.version = g.from_version AND f.version_sort < r.version_sort
        AND f.state <> 'rejected'
    WHERE o.state = 'active' AND o.starts_at > ?1 AND r.state IN ${STARTED}
    GROUP BY r.id, g.activation_id
  )
  SELECT m.release_id, m.instance_id,
    MAX(EXISTS (SELECT 1 FROM update_failures u WHERE u.release_id = m.release_id AND u.instance_id = m.instance_id)
      OR EXISTS (SELECT 1 FROM executions x WHERE x.activation_id = m.activation_id AND x.version = m.version
        AND (x.outcome = 'plugin_invalid' OR (x.kind = 'lifecycle' AND ${FAILED_RUN})))) AS failed,
    MAX(EXISTS (SELECT 1 FROM install_ledger g LEFT JOIN releases t ON t.plugin_id = m.plugin_id AND t.version = g.version
        AND t.state <> 'rejected'
      WHERE g.activation_id = m.activation_id AND g.id > m.entry AND g.at <= m.at + ${REGRET}
        AND (g.kind = 'released' OR t.version_sort < m.version_sort))) AS gone,
    SUM((SELECT COUNT(*) FROM executions x WHERE x.activation_id = m.activation_id AND x.version = m.version
      AND x.outcome NOT IN ('queued', 'running', 'skipped'))) AS runs,
    SUM((SELECT COUNT(*) FROM executions x WHERE x.activation_id = m.activation_id AND x.version = m.version AND ${FAILED_RUN})) AS errors,
    SUM((SELECT COUNT(*) FROM executions x WHERE x.activation_id = m.activation_id AND x.version = m.from_version
      AND x.outcome NOT IN ('queued', 'running', 'skipped'))) AS runs_before,
    SUM((SELECT COUNT(*) FROM executions x WHERE x.activation_id = m.activation_id AND x.version = m.from_version
      AND ${FAILED_RUN})) AS errors_before
  FROM moved m GROUP BY m.release_id, m.instance_id LIMIT ${WITNESSES_PER_SWEEP}`;

interface FoundRow {
  readonly id: number;
  readonly plugin_id: number;
  readonly publisher_id: number;
  readonly name: string;
  readonly version: string;
  readonly published_at: number;
  readonly state: ReleaseRollout["rollout"]["state"] | null;
  readonly starts_at: number | null;
  readonly steps: string | null;
  readonly least: number | null;
  readonly rev: number | null;
  readonly stopped_at: number | null;
  readonly reason: string | null;
  readonly evidence: string | null;
  readonly alive: number;
  readonly floor: string | null;
  readonly updated: number;
}
interface WitnessRow {
  readonly release_id: number;
  readonly instance_id: number;
  readonly failed: number;
  readonly gone: number;
  readonly runs: number;
  readonly errors: number;
  readonly runs_before: number;
  readonly errors_before: number;
}

function foundOf(row: FoundRow): ReleaseRollout {
  const usual = defaultRollout(row.published_at);
  return {
    releaseId: String(row.id),
    pluginId: String(row.plugin_id),
    publisherId: String(row.publisher_id),
    name: row.name,
    version: row.version,
    publishedAt: row.published_at,
    rollout: {
      state: row.state ?? usual.state,
      startsAt: row.starts_at ?? usual.startsAt,
      steps: row.steps === null ? usual.steps : (JSON.parse(row.steps) as RolloutStep[]),
      least: row.least ?? usual.least,
    },
    rev: row.rev ?? 0,
    stoppedAt: row.stopped_at,
    reason: row.reason,
    evidence: row.evidence === null ? null : (JSON.parse(row.evidence) as Halt),
    alive: row.alive,
    floor: row.floor,
    updated: row.updated,
  };
}

function witnessOf(row: WitnessRow): Witness {
  return {
    instanceId: String(row.instance_id),
    hasFailed: row.failed === 1,
    hasLeft: row.gone === 1,
    runs: row.runs,
    errors: row.errors,
    runsBefore: row.runs_before,
    errorsBefore: row.errors_before,
  };
}
