-- The life of a license: what its term depends on, keys that follow one another, metering, subscribers, the sealed audit.
ALTER TABLE licenses ADD COLUMN billing_grace_s INTEGER NOT NULL DEFAULT 0;   -- how long a failed payment is waited for
ALTER TABLE licenses ADD COLUMN suspended_at INTEGER;
ALTER TABLE licenses ADD COLUMN trial_extended INTEGER NOT NULL DEFAULT 0;    -- 1: the one extension was given
ALTER TABLE licenses ADD COLUMN expiring_for INTEGER;                         -- the end whose approach was told
ALTER TABLE licenses ADD COLUMN expired_for INTEGER;                          -- the end that was told
UPDATE licenses SET billing_grace_s = CASE type WHEN 'basic' THEN 604800 WHEN 'premium' THEN 1209600
  WHEN 'enterprise' THEN 2592000 ELSE 0 END;
-- What nobody was told of yet; a row leaves the index once it was.
CREATE INDEX licenses_expiring ON licenses (COALESCE(grace_until, expires_at))
  WHERE state = 'active' AND expiring_for IS NOT COALESCE(grace_until, expires_at);
CREATE INDEX licenses_expired ON licenses (COALESCE(grace_until, expires_at))
  WHERE state = 'active' AND expired_for IS NOT COALESCE(grace_until, expires_at);
CREATE INDEX licenses_due_change ON licenses (json_extract(pending_change, '$.at')) WHERE pending_change IS NOT NULL;
CREATE INDEX licenses_order ON licenses (order_id) WHERE order_id IS NOT NULL;

ALTER TABLE license_keys ADD COLUMN serial INTEGER NOT NULL DEFAULT 1;        -- first, second … key of its license
ALTER TABLE license_keys ADD COLUMN erase_at INTEGER;                         -- when the sealed text goes: retired, or 30 d revoked
CREATE INDEX license_keys_erase ON license_keys (erase_at) WHERE sealed IS NOT NULL AND erase_at IS NOT NULL;

ALTER TABLE activations ADD COLUMN lapsed_for INTEGER;                        -- the lease end whose passing was told
CREATE INDEX activations_lapsing ON activations (lease_until)
  WHERE released_at IS NULL AND lapsed_for IS NOT lease_until;

CREATE TABLE plugin_entitlements (
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  code TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('flag', 'limit')),
  title TEXT NOT NULL,
  PRIMARY KEY (plugin_id, code)
) STRICT, WITHOUT ROWID;

ALTER TABLE usage_counters ADD COLUMN last_op TEXT NOT NULL DEFAULT '';       -- the act that counted last, and how much
ALTER TABLE usage_counters ADD COLUMN last_add INTEGER NOT NULL DEFAULT 0;
CREATE TABLE usage_batches (              -- kept 7 d
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  batch_id TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (license_id, batch_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_batches_at ON usage_batches (at);
CREATE INDEX usage_counters_period ON usage_counters (period);
CREATE INDEX idempotency_keys_end ON idempotency_keys (expires_at);

ALTER TABLE license_events ADD COLUMN salt TEXT;                              -- of the personal fields; gone once they were erased
ALTER TABLE license_events ADD COLUMN personal TEXT;                          -- salted digest of actor_id and data
CREATE INDEX license_events_unsealed ON license_events (license_id, seq) WHERE chain IS NULL;

ALTER TABLE webhook_outbox ADD COLUMN replayed_at INTEGER;                    -- sent again by hand: 72 h count from here

CREATE INDEX webhook_outbox_instance ON webhook_outbox (instance_id, id);

CREATE TABLE webhook_subscribers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publisher_id INTEGER REFERENCES publishers (id) ON DELETE RESTRICT,
  instance_id INTEGER REFERENCES instances (id) ON DELETE RESTRICT,
  url TEXT NOT NULL,
  secret_sealed TEXT NOT NULL,
  secret_row TEXT NOT NULL UNIQUE,        -- what the secret is sealed for
  events TEXT NOT NULL DEFAULT '[]',      -- JSON string[]; empty = all
  failures INTEGER NOT NULL DEFAULT 0,    -- refusals of the hook in a row
  paused_at INTEGER,
  created_at INTEGER NOT NULL,
  removed_at INTEGER,
  CHECK ((publisher_id IS NULL) <> (instance_id IS NULL))
) STRICT;
CREATE INDEX webhook_subscribers_publisher ON webhook_subscribers (publisher_id);
CREATE INDEX webhook_subscribers_instance ON webhook_subscribers (instance_id);

CREATE TABLE license_outbox (             -- what subscribers are owed; bodies are rendered when sent
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber_id INTEGER NOT NULL REFERENCES webhook_subscribers (id) ON DELETE RESTRICT,
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'delivered', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL,
  last_status INTEGER,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER,
  UNIQUE (subscriber_id, license_id, seq)
) STRICT;
CREATE INDEX license_outbox_due ON license_outbox (state, not_before);
CREATE INDEX license_outbox_license ON license_outbox (license_id, state);

-- Whoever writes an event owes it to its subscribers in the same transaction: no writer can forget.
CREATE TRIGGER license_events_owed AFTER INSERT ON license_events
BEGIN
  INSERT INTO license_outbox (subscriber_id, license_id, seq, not_before, created_at)
  SELECT s.id, NEW.license_id, NEW.seq, NEW.at, NEW.at FROM licenses l
  JOIN webhook_subscribers s ON (s.instance_id = l.instance_id OR s.publisher_id = l.publisher_id)
  WHERE l.id = NEW.license_id AND s.removed_at IS NULL
    AND (s.events = '[]' OR EXISTS (SELECT 1 FROM json_each(s.events) w WHERE w.value = NEW.kind));
END;
