-- Everything that makes a plugin run beside events, and what is kept about it. Every *_at is Unix seconds UTC.
ALTER TABLE executions ADD COLUMN not_before INTEGER;                         -- a queued run that was tried before waits until then
ALTER TABLE executions ADD COLUMN order_key TEXT;                             -- runs of one installation with the same key start one after the other
ALTER TABLE executions ADD COLUMN first_attempt INTEGER NOT NULL DEFAULT 0;   -- attempts before the last time it was put into the queue by hand
ALTER TABLE executions ADD COLUMN end_seq INTEGER;                            -- place among everything that ended; followers resume by it
CREATE INDEX executions_order ON executions (activation_id, order_key) WHERE outcome IN ('queued', 'running');
CREATE UNIQUE INDEX executions_ended ON executions (end_seq) WHERE end_seq IS NOT NULL;
CREATE INDEX executions_ended_activation ON executions (activation_id, end_seq) WHERE end_seq IS NOT NULL;
CREATE INDEX executions_ended_plugin ON executions (plugin_id, end_seq) WHERE end_seq IS NOT NULL;

CREATE INDEX license_events_at ON license_events (at);

CREATE TABLE lifecycle_told (             -- what the plugin of an installation was told last
  activation_id TEXT PRIMARY KEY REFERENCES activations (id) ON DELETE RESTRICT,
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'released')),
  version TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  rev INTEGER NOT NULL,                   -- +1 on every write; a writer that read another one wrote nothing
  op TEXT NOT NULL,
  told_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sweep_marks (                -- how far a sweep has come
  name TEXT PRIMARY KEY,
  mark TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule_slots (             -- when each schedule of an installation is due next
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  schedule_id TEXT NOT NULL,
  slot_at INTEGER NOT NULL,               -- the time the cron expression names
  due_at INTEGER NOT NULL,                -- the same, moved by the installation's own jitter
  PRIMARY KEY (activation_id, schedule_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_slots_due ON schedule_slots (due_at);

CREATE TABLE installation_health (        -- failures, and whether runs are stopped because of them
  activation_id TEXT PRIMARY KEY REFERENCES activations (id) ON DELETE RESTRICT,
  failures INTEGER NOT NULL DEFAULT 0,    -- in a row
  hour_at INTEGER NOT NULL DEFAULT 0,     -- start of the hour that is counted
  hour_failures INTEGER NOT NULL DEFAULT 0,
  suspended_at INTEGER,
  suspended_by TEXT,                      -- system, instance:<id>, account:<id>
  reason TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE event_hooks (                -- addresses that take unsigned automation webhooks of an instance
  instance_id INTEGER PRIMARY KEY REFERENCES instances (id) ON DELETE RESTRICT,
  secret_sha256 TEXT NOT NULL UNIQUE,
  previous_sha256 TEXT,
  previous_until INTEGER,
  created_at INTEGER NOT NULL,
  rotated_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX event_hooks_previous ON event_hooks (previous_sha256) WHERE previous_sha256 IS NOT NULL;

CREATE TABLE instance_modes (             -- instances that we cannot call: they fetch what plugins want written
  instance_id INTEGER PRIMARY KEY REFERENCES instances (id) ON DELETE RESTRICT,
  mode TEXT NOT NULL CHECK (mode IN ('push', 'pull')),
  changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE actions (                    -- writes that an instance in pull mode fetches, applies and acknowledges
  id TEXT PRIMARY KEY,                    -- axn_ + 26 Crockford characters of a digest of run, number and wish
  seq INTEGER NOT NULL UNIQUE,            -- order in which they are to be applied
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  execution_id TEXT NOT NULL,
  plugin TEXT NOT NULL,
  method TEXT NOT NULL,
  request TEXT,                           -- JSON {verb, path, body}; null once it was acknowledged or given up
  state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'failed', 'expired')),
  fetched_at INTEGER,
  status INTEGER,                         -- of the instance's own API
  error TEXT,                             -- ≤ 300 characters
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX actions_waiting ON actions (instance_id, seq) WHERE state = 'queued';
CREATE INDEX actions_age ON actions (created_at) WHERE state = 'queued';

CREATE TABLE storage_erasures (           -- plugin storages that were emptied, by the installation that began them
  storage_id TEXT PRIMARY KEY,
  erased_at INTEGER NOT NULL,
  why TEXT NOT NULL CHECK (why IN ('asked', 'uninstalled'))
) STRICT, WITHOUT ROWID;
CREATE INDEX activations_released ON activations (released_at) WHERE released_at IS NOT NULL;

CREATE TABLE watched_instances (          -- instances whose rows are compared, for events that the host never fires
  instance_id INTEGER PRIMARY KEY REFERENCES instances (id) ON DELETE RESTRICT,
  polled_at INTEGER NOT NULL,
  tells_itself INTEGER NOT NULL DEFAULT 0 -- 1: it posts such events, so nothing is derived
) STRICT;
CREATE TABLE watched_rows (               -- what was seen last; no other field of a row is kept
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  entity TEXT NOT NULL CHECK (entity IN ('customer', 'request', 'appointment')),
  entity_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  assignee INTEGER,
  PRIMARY KEY (instance_id, entity, entity_id)
) STRICT, WITHOUT ROWID;
