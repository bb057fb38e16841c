-- How people sign in. Every *_at and *_until is Unix seconds UTC; every *_hash is the hex SHA-256 of a random secret.
ALTER TABLE accounts ADD COLUMN email_verified_at INTEGER;
ALTER TABLE accounts ADD COLUMN publishing_held_until INTEGER; -- after a recovery: no publishing rights until then
ALTER TABLE instances ADD COLUMN organization_id INTEGER REFERENCES publishers (id) ON DELETE RESTRICT; -- its members manage it, too
CREATE INDEX instances_organization ON instances (organization_id) WHERE organization_id IS NOT NULL;

CREATE TABLE sessions (
  id_hash TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  method TEXT NOT NULL CHECK (method IN ('passkey', 'link', 'recovery', 'github')),
  address TEXT,
  user_agent TEXT,
  created_at INTEGER NOT NULL,            -- of the sign-in; a new id keeps it
  seen_at INTEGER NOT NULL,               -- renewed at most once a day
  expires_at INTEGER NOT NULL,
  proven_at INTEGER                       -- the last passkey proof in this session
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE passkeys (
  credential_id TEXT PRIMARY KEY,         -- base64url, as the authenticator names it
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  public_key TEXT NOT NULL,               -- base64url COSE key
  counter INTEGER NOT NULL,
  transports TEXT NOT NULL,               -- JSON string[]
  is_backed_up INTEGER NOT NULL CHECK (is_backed_up IN (0, 1)),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_account ON passkeys (account_id);

-- Consumed by DELETE … RETURNING: every ceremony has its own, good once.
CREATE TABLE passkey_challenges (
  challenge_hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('register', 'sign_in', 'prove')),
  account_id INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_challenges_expiry ON passkey_challenges (expires_at);

CREATE TABLE recovery_codes (
  code_hash TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_codes_account ON recovery_codes (account_id);

-- One-time links. What a link does is fixed when it is made; following it takes the row away.
CREATE TABLE account_links (
  code_hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('sign_in', 'sign_up', 'verify_email', 'join')),
  account_id INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,     -- sign_in, verify_email
  name TEXT,                                                          -- sign_up
  email TEXT,                                                         -- sign_up, verify_email, join
  publisher_id INTEGER REFERENCES publishers (id) ON DELETE RESTRICT, -- join
  role TEXT CHECK (role IN ('owner', 'maintainer', 'developer', 'analyst', 'billing')),
  made_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_links_publisher ON account_links (publisher_id) WHERE publisher_id IS NOT NULL;
CREATE INDEX account_links_expiry ON account_links (expires_at);

CREATE TABLE sign_ins (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  at INTEGER NOT NULL,
  method TEXT NOT NULL CHECK (method IN ('passkey', 'link', 'recovery', 'github')),
  address TEXT,
  user_agent TEXT
) STRICT;
CREATE INDEX sign_ins_account ON sign_ins (account_id, id);

-- Attempts per caller and span of time: a guarded count, no row once the span is over.
CREATE TABLE attempts (
  bucket TEXT NOT NULL,
  span INTEGER NOT NULL,                  -- Unix seconds at which it ends
  used INTEGER NOT NULL,
  PRIMARY KEY (bucket, span)
) STRICT, WITHOUT ROWID;

-- Mail that left nobody yet: sealed, since it carries links. Opened for operators alone.
CREATE TABLE mails (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,              -- what the body is sealed for
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  body_sealed TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mails_time ON mails (created_at);

-- RFC 8628.
CREATE TABLE device_codes (
  device_hash TEXT PRIMARY KEY,
  user_code_hash TEXT NOT NULL UNIQUE,
  client TEXT NOT NULL,
  scopes TEXT NOT NULL,                   -- JSON string[], as asked; as granted once approved
  address TEXT,                           -- where it was asked from
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'denied')),
  account_id INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  polled_at INTEGER,
  poll_before INTEGER,                    -- the poll before the last one
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX device_codes_expiry ON device_codes (expires_at);

CREATE TABLE github_identities (
  github_id TEXT PRIMARY KEY,             -- GitHub's number of the user; logins change hands
  account_id INTEGER NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE RESTRICT,
  login TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
