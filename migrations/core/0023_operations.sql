-- Capability objects of bundles by their digest, so that choosing versions parses no manifest; filled when first asked for.
CREATE TABLE capability_objects (
  sha256 TEXT PRIMARY KEY,                -- of the bundle: releases.sha256
  object TEXT NOT NULL                    -- JSON
) STRICT, WITHOUT ROWID;

-- Every time this database was put back to an older state. The newest row tells the update repository to start over.
CREATE TABLE restores (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  backup_at INTEGER NOT NULL,             -- of the state that was put back
  version_floor INTEGER NOT NULL          -- no version of the update repository at or below it is given out again
) STRICT;
