-- What a browser shows a plugin's view with: bound to installation, slot and user, ten minutes at most. Only digests of the
-- ticket and of the key for the view's files are kept. *at and *until are Unix seconds UTC.
CREATE TABLE ui_tickets (
  ticket_sha256 TEXT PRIMARY KEY,
  files_sha256 TEXT NOT NULL UNIQUE,
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE CASCADE,
  slot TEXT NOT NULL,
  user TEXT NOT NULL,         -- JSON: whom the instance vouched for
  entity_id TEXT,
  theme TEXT NOT NULL,        -- JSON
  host_origin TEXT NOT NULL,  -- the only site that may show it
  created_at INTEGER NOT NULL,
  valid_until INTEGER NOT NULL
) STRICT;
CREATE INDEX ui_tickets_by_end ON ui_tickets (valid_until);
