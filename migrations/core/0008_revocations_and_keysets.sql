-- The revocation list, signing keys, offline files. Every *_at, *_from, *_until, iat and exp is Unix seconds UTC.
CREATE TABLE revocations (
  epoch INTEGER PRIMARY KEY AUTOINCREMENT, -- only grows, also when old entries are swept
  kind TEXT NOT NULL CHECK (kind IN ('lic', 'act', 'jti')),
  subject TEXT NOT NULL,                   -- license id, activation id, lease id; published as a hash
  what TEXT NOT NULL CHECK (what IN ('revoked', 'suspended', 'evicted', 'released', 'changed', 'cleared')),
  reason TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL,
  keep_until INTEGER NOT NULL              -- while anything it hits can be unexpired
) STRICT;
CREATE INDEX revocations_keep ON revocations (keep_until);
CREATE INDEX revocations_subject ON revocations (kind, subject, epoch);

CREATE TABLE keyset_documents (            -- root-signed; the newest of each root is published
  root_kid TEXT NOT NULL,
  version INTEGER NOT NULL,
  iat INTEGER NOT NULL,
  exp INTEGER NOT NULL,
  document TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  published_by INTEGER NOT NULL,
  PRIMARY KEY (root_kid, version)
) STRICT;

CREATE TABLE signing_keys (                -- what the newest document says; private halves are Worker secrets
  kid TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('lease', 'offline', 'list')),
  x TEXT NOT NULL UNIQUE,
  sign_from INTEGER NOT NULL,
  sign_until INTEGER NOT NULL,
  verify_until INTEGER NOT NULL,
  revoked_from INTEGER,
  revoke_mode TEXT CHECK (revoke_mode IN ('all', 'after')),
  version INTEGER NOT NULL
) STRICT;

CREATE TABLE leases (                      -- offline files; an online lease lives in its activation's row
  jti TEXT PRIMARY KEY,
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  request_hash TEXT NOT NULL UNIQUE,
  device_jkt TEXT NOT NULL,                -- who may release it
  kid TEXT NOT NULL,
  iat INTEGER NOT NULL,
  exp INTEGER NOT NULL,
  document TEXT NOT NULL,                  -- as it was handed out
  released_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX leases_activation ON leases (activation_id);
CREATE INDEX leases_license ON leases (license_id, exp);

CREATE TABLE offline_codes (
  code_hash TEXT PRIMARY KEY,
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  made_by TEXT NOT NULL,                   -- instance:<id> or account:<id>
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  used_for TEXT                            -- hash of the one request it answered
) STRICT;
CREATE INDEX offline_codes_end ON offline_codes (expires_at);
CREATE INDEX offline_codes_license ON offline_codes (license_id, created_at);

CREATE TABLE offline_misses (              -- tries with a code that was none
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subject TEXT NOT NULL,                   -- keyed hash of the address
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX offline_misses_subject ON offline_misses (subject, at);
CREATE INDEX offline_misses_at ON offline_misses (at);
