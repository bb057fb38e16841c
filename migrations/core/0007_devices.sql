-- Devices: proofs of their keys, copies, commands, transfers. Every *_at, *_until is Unix seconds UTC.
ALTER TABLE activations ADD COLUMN former_jkt TEXT;           -- the key this row moved away from: whoever shows it is a copy
ALTER TABLE activations ADD COLUMN temporary_until INTEGER;   -- a copy that was let in for a while; no lease outlives it
ALTER TABLE activations ADD COLUMN lease_epoch INTEGER NOT NULL DEFAULT 0;  -- the license's epoch its lease says

CREATE TABLE device_proofs (                -- proofs that seated or released, so that none does so twice
  jkt TEXT NOT NULL,
  nonce TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (jkt, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_proofs_expiry ON device_proofs (expires_at);

CREATE TABLE device_commands (
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  n INTEGER NOT NULL,                       -- rises by one per activation
  jti TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL CHECK (type IN ('disable_build', 'enable_build', 'refresh', 'update', 'message')),
  args TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  acked_at INTEGER,
  PRIMARY KEY (activation_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE license_transfers (            -- a license on its way to another instance; one offer at a time
  license_id INTEGER PRIMARY KEY REFERENCES licenses (id) ON DELETE RESTRICT,
  to_instance_id INTEGER NOT NULL,          -- as it was named: whether it exists is nobody's business
  to_user_id TEXT NOT NULL,
  offered_by TEXT NOT NULL,                 -- instance:<id> or account:<id>
  offered_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX license_transfers_expiry ON license_transfers (expires_at);
