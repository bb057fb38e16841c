/** Numbers that may have been given out after a backup was made, and are therefore never given out again. */
const GAP = 1000;
/** Rows come faster than publications. */
const ROW_GAP = 1_000_000;
/** Rounds of the update repository in a second are far fewer. */
const VERSIONS_PER_SECOND = 10;

/**
 * The version at or below which the update repository numbers nothing any more after a restore: `last` is the highest in the
 * backup, and rounds were made since that nobody here remembers. Times in Unix seconds.
 */
export function versionFloor(last: number, backupAt: number, now: number): number {
  return last + GAP + VERSIONS_PER_SECOND * Math.max(0, now - backupAt);
}

/**
 * SQL that makes a restored database go on in front of everything it may have said before: receipts of a plugin, lists,
 * cursors and ids skip ahead, so that no client ever sees a number again, or a lower one. Nothing that is signed is touched.
 */
export function putForwardSql(facts: {
  readonly at: number;
  readonly backupAt: number;
  readonly versionFloor: number;
}): string {
  const { at, backupAt, versionFloor: floor } = facts;
  for (const value of [at, backupAt, floor])
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value}`);
  return `
UPDATE plugins SET publications = publications + ${GAP} WHERE publications > 0;
UPDATE sqlite_sequence SET seq = seq + ${ROW_GAP} WHERE name <> 'd1_migrations';
UPDATE advisory_numbers SET last = last + ${GAP};
UPDATE revocation_lists SET epoch = epoch + ${GAP}, issued_at = 0 WHERE epoch = (SELECT max(epoch) FROM revocation_lists);
INSERT INTO revocations (kind, subject, what, reason, at, keep_until)
  SELECT 'jti', 'restored', 'cleared', 'the database was restored', ${at}, ${at} WHERE EXISTS (SELECT 1 FROM revocations);
INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
  VALUES (${at}, 'system', 'restore', 'marketplace.restored', 'marketplace', '1', json_object('backupAt', ${backupAt}));
INSERT INTO restores (at, backup_at, version_floor) VALUES (${at}, ${backupAt}, ${floor});
`.trim();
}
