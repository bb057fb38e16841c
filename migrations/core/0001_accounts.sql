-- People, tokens, publishers, keys, instances. Every *_at and *_until is Unix seconds UTC.
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  email TEXT UNIQUE,
  is_operator INTEGER NOT NULL DEFAULT 0 CHECK (is_operator IN (0, 1)),
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
  created_at INTEGER NOT NULL
) STRICT;
-- At most one account is born by POST /v1/setup.
CREATE UNIQUE INDEX accounts_first_operator ON accounts (is_operator) WHERE is_operator = 1 AND email IS NULL;

CREATE TABLE tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL CHECK (kind IN ('pat', 'ci', 'adm')),
  hash TEXT NOT NULL UNIQUE,              -- hex SHA-256 of the whole token
  hint TEXT NOT NULL,                     -- last four characters
  name TEXT NOT NULL DEFAULT '',
  scopes TEXT NOT NULL,                   -- JSON string[]
  plugins TEXT,                           -- JSON string[] of plugin names; null = all
  ip_ranges TEXT,                         -- JSON string[] of CIDR; null = any
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX tokens_account ON tokens (account_id);

CREATE TABLE publishers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  handle TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  verified_domain TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE publisher_members (
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  role TEXT NOT NULL CHECK (role IN ('owner', 'maintainer', 'developer', 'analyst', 'billing')),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (publisher_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX publisher_members_account ON publisher_members (account_id);

CREATE TABLE publisher_keys (
  key_id TEXT PRIMARY KEY,                -- hex SHA-256 of the 32 public-key bytes; never reused by anybody
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  public_key TEXT NOT NULL,               -- hex, 32 bytes
  state TEXT NOT NULL CHECK (state IN ('active', 'retired', 'compromised')),
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX publisher_keys_publisher ON publisher_keys (publisher_id);

CREATE TABLE key_nonces (
  nonce_hash TEXT PRIMARY KEY,            -- hex SHA-256 of the nonce text; consumed by DELETE … RETURNING
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE instances (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  publisher_id INTEGER REFERENCES publishers (id) ON DELETE RESTRICT, -- endpoints 4–6 act for it
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  app_version TEXT NOT NULL,
  webhook_url TEXT NOT NULL,
  api_url TEXT NOT NULL,
  key_shape TEXT NOT NULL DEFAULT 'rbsm' CHECK (key_shape IN ('rbsm', 'legacy')),
  api_key TEXT NOT NULL UNIQUE,           -- mk_…
  api_secret_sealed TEXT NOT NULL,        -- sealed under KEK_V1: purpose, row, key version as associated data
  webhook_secret_sealed TEXT NOT NULL,
  host_api_key_sealed TEXT,
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
  webhook_paused_at INTEGER,
  webhook_failures INTEGER NOT NULL DEFAULT 0, -- consecutive 401 or 410 answers
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX instances_account ON instances (account_id);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('account', 'instance', 'system')),
  actor_id TEXT NOT NULL,
  action TEXT NOT NULL,                   -- "release.approved", "instance.registered", …
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}'         -- JSON without secrets
) STRICT;
CREATE INDEX audit_subject ON audit (subject_kind, subject_id, id);

-- Webhooks owed to instances. The row is the work; bodies are rendered when sent, so no key lies here.
CREATE TABLE webhook_outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- evt_<id> on the wire
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  event TEXT NOT NULL,                    -- license.created, license.updated, license.revoked, plugin.…, payment.completed
  subject_kind TEXT NOT NULL CHECK (subject_kind IN ('license', 'plugin', 'other')),
  subject_id INTEGER,
  sequence INTEGER NOT NULL DEFAULT 0,    -- gapless per license (license_events.seq), else 0
  data TEXT NOT NULL DEFAULT '{}',        -- facts fixed at the time of the change (never a license key)
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'delivered', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL,
  last_status INTEGER,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER
) STRICT;
CREATE INDEX webhook_outbox_due ON webhook_outbox (state, not_before);
CREATE INDEX webhook_outbox_order ON webhook_outbox (subject_kind, subject_id, instance_id, id);
