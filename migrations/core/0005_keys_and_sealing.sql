-- The life of publisher keys, statements made void by a compromise, sealed bundles. Every *_at and *_until is Unix seconds UTC.

-- A nonce that names a key is handed out for that key only and is spent by a key event, never by the desk's enrolment.
-- Such a key is `pending` until then.
ALTER TABLE key_nonces ADD COLUMN public_key TEXT;
-- Releases signed by a young key are not decided before.
ALTER TABLE publisher_keys ADD COLUMN trusted_at INTEGER;

CREATE TABLE key_events (
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  sequence INTEGER NOT NULL,              -- 1, 2, 3 … per publisher
  sha256 TEXT NOT NULL UNIQUE,            -- of the payload; the next event names it as previous
  action TEXT NOT NULL CHECK (action IN ('add', 'retire', 'compromise', 'recover')),
  key_id TEXT NOT NULL,                   -- the key it is about
  signer_key_id TEXT NOT NULL,
  envelope TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  op TEXT NOT NULL,                       -- the act that wrote the row; what follows from it stands in the same batch
  at INTEGER NOT NULL,
  PRIMARY KEY (publisher_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_cuts (                   -- of retired and compromised keys: the first sequence they no longer sign for
  key_id TEXT NOT NULL REFERENCES publisher_keys (key_id) ON DELETE RESTRICT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  from_sequence INTEGER NOT NULL,
  PRIMARY KEY (key_id, plugin_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE releases ADD COLUMN voided_at INTEGER; -- its statement fell to a compromised key; null again once re-signed
CREATE INDEX releases_key ON releases (statement_key_id) WHERE statement_key_id IS NOT NULL;

CREATE TABLE void_statements (            -- links of the chains that no release carries any more; kept for ever
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  sequence INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  statement TEXT NOT NULL,
  statement_sha256 TEXT NOT NULL,
  publication INTEGER,
  receipt TEXT,
  receipt_sha256 TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (release_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed_bundles (
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  statement_sha256 TEXT NOT NULL,         -- associated data of the ciphertext: a re-signed release is sealed anew
  sha256 TEXT NOT NULL UNIQUE,            -- of the .rbsx
  size INTEGER NOT NULL,
  commitment TEXT NOT NULL,
  content_key TEXT NOT NULL,              -- sealed by the vault; for exactly one encryption
  created_at INTEGER NOT NULL,
  PRIMARY KEY (release_id, statement_sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE host_containers (            -- what an older host sent, kept beside the canonical bundle made of it
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (release_id, sha256)
) STRICT, WITHOUT ROWID;
