-- What is left of runs once their rows are purged: how often what ended how, by day.
CREATE TABLE execution_counts (
  activation_id TEXT NOT NULL,
  plugin_id INTEGER NOT NULL,
  day TEXT NOT NULL,                      -- YYYY-MM-DD, UTC, of the end
  version TEXT NOT NULL,
  kind TEXT NOT NULL,
  outcome TEXT NOT NULL,
  runs INTEGER NOT NULL,
  total_ms INTEGER NOT NULL,
  max_ms INTEGER NOT NULL,
  PRIMARY KEY (activation_id, day, version, kind, outcome)
) STRICT, WITHOUT ROWID;
CREATE INDEX execution_counts_plugin ON execution_counts (plugin_id, day);

CREATE INDEX events_created ON events (created_at); -- old ones go with their runs
