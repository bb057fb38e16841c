-- Two things that runs remember: settings and rows of the host. Settings say which version of the plugin's settings they are written for; what they were before an update is kept, so
-- that a rollback finds it. Rows of users are compared, too: by what instances post of them, for nobody can read them. Every *_at is Unix seconds UTC.
ALTER TABLE installation_settings ADD COLUMN schema_version INTEGER; -- of the manifest's settings; NULL = of what runs
ALTER TABLE installation_settings ADD COLUMN release_version TEXT;   -- the release whose bundle holds the migrations up to it

UPDATE installation_settings SET (schema_version, release_version) = (
  SELECT COALESCE(json_extract(r.manifest, '$.settings.version'), 1), r.version
  FROM activations a JOIN licenses l ON l.id = a.license_id
  JOIN releases r ON r.plugin_id = l.plugin_id AND r.version = a.version AND r.state <> 'rejected'
  WHERE a.id = installation_settings.activation_id);

CREATE TABLE installation_settings_past (
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  schema_version INTEGER NOT NULL,
  settings TEXT NOT NULL,                 -- JSON key → value, as it was when an update left this version
  left_at INTEGER NOT NULL,
  PRIMARY KEY (activation_id, schema_version)
) STRICT, WITHOUT ROWID;

-- Only remembered, so nothing is carried over: a row seen for the first time makes no event.
DROP TABLE watched_rows;
CREATE TABLE watched_rows (               -- what was seen last; no other field of a row is kept
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  entity TEXT NOT NULL CHECK (entity IN ('customer', 'request', 'appointment', 'user')),
  entity_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  assignee INTEGER,
  PRIMARY KEY (instance_id, entity, entity_id)
) STRICT, WITHOUT ROWID;
