-- Settings say which version of the plugin's settings they are written for; what they were before an update is kept, so
-- that a rollback finds it. Every *_at is Unix seconds UTC.
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
