-- Licenses, keys, activations, grants. -1 is unlimited; every *_at, *_until is Unix seconds UTC.
CREATE TABLE licenses (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  user_id TEXT NOT NULL,
  order_id TEXT,
  env TEXT NOT NULL DEFAULT 'live' CHECK (env IN ('live', 'test')),
  type TEXT NOT NULL CHECK (type IN ('free', 'trial', 'basic', 'premium', 'enterprise')),
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'suspended', 'revoked')),
  state_reason TEXT,
  issued_at INTEGER NOT NULL,
  starts_at INTEGER NOT NULL,
  expires_at INTEGER,
  grace_until INTEGER,
  cancel_at INTEGER,
  expiry_basis TEXT NOT NULL DEFAULT 'issue' CHECK (expiry_basis IN ('issue', 'first_activation')),
  duration_s INTEGER,
  renewal_basis TEXT NOT NULL DEFAULT 'later' CHECK (renewal_basis IN ('later', 'expiry', 'now')),
  auto_renew INTEGER NOT NULL DEFAULT 0,
  fallback INTEGER NOT NULL DEFAULT 0,
  fallback_until INTEGER,
  max_installs INTEGER NOT NULL,
  seat_cap INTEGER NOT NULL,              -- floor(max_installs × overage)
  seat_mode TEXT NOT NULL DEFAULT 'node' CHECK (seat_mode IN ('node', 'floating')),
  seat_scope TEXT NOT NULL DEFAULT 'license' CHECK (seat_scope IN ('license', 'user')),
  uniqueness TEXT NOT NULL DEFAULT 'license' CHECK (uniqueness IN ('license', 'plugin')),
  dev_seats INTEGER NOT NULL,
  lease_ttl INTEGER NOT NULL DEFAULT 604800,
  refresh_s INTEGER NOT NULL DEFAULT 86400,
  revive_window INTEGER NOT NULL DEFAULT 604800,
  offline_days INTEGER NOT NULL DEFAULT 0,
  hardware_id TEXT,
  drift TEXT NOT NULL DEFAULT 'majority' CHECK (drift IN ('strict', 'majority', 'loose')),
  activation_budget INTEGER NOT NULL DEFAULT 20,
  shrink_at INTEGER,
  pending_change TEXT,
  epoch INTEGER NOT NULL DEFAULT 1,       -- lease-visible changes
  rev INTEGER NOT NULL DEFAULT 1,         -- every write to the row, its limits or entitlements
  last_op TEXT NOT NULL DEFAULT '',       -- the act that wrote the row last; its event and webhooks follow in the same batch
  last_verified_at INTEGER,
  metadata TEXT
) STRICT;
CREATE INDEX licenses_owner ON licenses (instance_id, user_id, plugin_id);
CREATE INDEX licenses_plugin ON licenses (plugin_id, state);

CREATE TABLE license_keys (
  key_hash TEXT PRIMARY KEY,              -- HMAC-SHA256(pepper_vN, "rbsm-license-key\0" + canonical), hex
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL CHECK (kind IN ('live', 'test', 'legacy')),
  pepper_v INTEGER NOT NULL,
  hint TEXT NOT NULL,
  sealed TEXT,                            -- for host-contract outputs to that instance only
  state TEXT NOT NULL CHECK (state IN ('current', 'overlap', 'retired')),
  valid_until INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX license_keys_license ON license_keys (license_id);

CREATE TABLE license_limits (
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  metric TEXT NOT NULL,                   -- apiCalls, storage, users, …
  cap INTEGER NOT NULL,
  PRIMARY KEY (license_id, metric)
) STRICT, WITHOUT ROWID;
CREATE TABLE license_entitlements (
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  code TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('tier', 'addon', 'override')),
  value TEXT,
  starts_at INTEGER,
  ends_at INTEGER,
  PRIMARY KEY (license_id, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage_counters (
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  metric TEXT NOT NULL,
  period TEXT NOT NULL,                   -- YYYY-MM, or '' for gauges
  used INTEGER NOT NULL,
  PRIMARY KEY (license_id, metric, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE activations (                -- rows are never deleted
  id TEXT PRIMARY KEY,                    -- act_ + 20 Crockford characters of SHA-256("rbsm-act\0" license "\0" device)
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  installation_id TEXT NOT NULL,          -- uuid, unique inside one instance
  device_id TEXT NOT NULL,
  device_jkt TEXT,
  seal_key TEXT,
  hardware_id TEXT,
  components TEXT,
  env TEXT NOT NULL CHECK (env IN ('production', 'staging', 'development')),
  origin TEXT,
  label TEXT,
  seat_key TEXT NOT NULL DEFAULT '',
  seat_class TEXT NOT NULL CHECK (seat_class IN ('paid', 'dev')),
  over INTEGER NOT NULL DEFAULT 0,
  keep INTEGER NOT NULL DEFAULT 0,
  version TEXT NOT NULL,
  app_version TEXT,
  gen INTEGER NOT NULL,
  granted_at INTEGER NOT NULL,
  lease_iat INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  jti TEXT NOT NULL,
  prev_jti TEXT,
  last_seen_at INTEGER NOT NULL,
  paused_at INTEGER,                      -- host state inactive; the seat stays
  released_at INTEGER,
  release_reason TEXT,
  last_op TEXT NOT NULL,
  grant_op TEXT NOT NULL,
  UNIQUE (license_id, device_id),
  UNIQUE (instance_id, installation_id)
) STRICT;
CREATE INDEX activations_live ON activations (license_id, seat_class, lease_until) WHERE released_at IS NULL;
CREATE INDEX activations_hardware ON activations (hardware_id);
CREATE INDEX activations_jkt ON activations (license_id, device_jkt);

CREATE TABLE grants (                     -- consent; append-only, the newest for the installed version counts
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  version TEXT NOT NULL,
  permissions TEXT NOT NULL,              -- JSON sorted string[]
  declined TEXT NOT NULL DEFAULT '[]',
  closure_digest TEXT NOT NULL,
  actor TEXT NOT NULL,                    -- instance:<id> or account:<id>
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX grants_activation ON grants (activation_id, version, id DESC);

CREATE TABLE license_events (
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  seq INTEGER NOT NULL,                   -- gapless
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,                     -- license.created, activation.granted, …
  activation_id TEXT,
  actor TEXT NOT NULL CHECK (actor IN ('instance', 'owner', 'publisher', 'operator', 'device', 'system')),
  actor_id TEXT,
  op TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}',
  chain TEXT,
  PRIMARY KEY (license_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX license_events_kind ON license_events (license_id, kind, at);

CREATE TABLE trial_claims (
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  subject_kind TEXT NOT NULL CHECK (subject_kind IN ('instance', 'hardware')),
  subject_hash TEXT NOT NULL,             -- HMAC-SHA256(pepper, "rbsm-trial\0" + subject), hex
  license_id INTEGER NOT NULL REFERENCES licenses (id) ON DELETE RESTRICT,
  PRIMARY KEY (plugin_id, subject_kind, subject_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
  scope TEXT NOT NULL,                    -- caller + route
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
