-- What admins set for one installation of a plugin. Every *_at is Unix seconds UTC.
CREATE TABLE installation_settings (
  activation_id TEXT PRIMARY KEY REFERENCES activations (id) ON DELETE RESTRICT,
  settings TEXT NOT NULL,                 -- JSON key → value; never a secret
  revision INTEGER NOT NULL,
  actor TEXT NOT NULL,                    -- instance:<id> or account:<id>
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE installation_secrets (
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  key TEXT NOT NULL,                      -- of the manifest's settings
  sealed TEXT NOT NULL,                   -- AES-256-GCM under KEK, purpose installation.secret, row <activation>/<key>
  actor TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (activation_id, key)
) STRICT, WITHOUT ROWID;
