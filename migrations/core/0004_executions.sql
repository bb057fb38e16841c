-- Events from instances and what plugins did with them. Every *_at is Unix seconds UTC unless it ends in _ms.
CREATE TABLE events (
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  id TEXT NOT NULL,                       -- the instance's own event id
  name TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  body TEXT,                              -- JSON envelope, people cut to the allow-list; null once all deliveries ended
  body_sha256 TEXT NOT NULL,              -- of the envelope as sent (canonical JSON): a repeat with another body is event_conflict
  post_id TEXT NOT NULL,                  -- the request that kept it: of parallel posts only that one makes deliveries
  created_at INTEGER NOT NULL,
  PRIMARY KEY (instance_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_age ON events (created_at) WHERE body IS NOT NULL;

CREATE TABLE executions (
  id TEXT PRIMARY KEY,                    -- exe_ + 26 Crockford
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  version TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('event', 'lifecycle', 'route', 'schedule')),
  event_id TEXT,
  event_name TEXT,
  attempt INTEGER NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL,                  -- queued, running, ok, skipped or a RunCode
  message TEXT,                           -- ≤ 300 characters
  duration_ms INTEGER,
  calls TEXT NOT NULL DEFAULT '{}',       -- JSON method → count
  denied TEXT NOT NULL DEFAULT '{}',
  logs TEXT NOT NULL DEFAULT '[]',        -- JSON {level, text}[]
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  UNIQUE (instance_id, event_id, activation_id)
) STRICT;
CREATE INDEX executions_activation ON executions (activation_id, created_at DESC, id DESC);
CREATE INDEX executions_work ON executions (outcome, created_at) WHERE outcome IN ('queued', 'running');
