-- Plugins, releases, checks, reviews, downloads, the change feed. Every *_at and *_until is Unix seconds UTC.
CREATE TABLE plugins (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,              -- never given away again
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'deprecated', 'archived', 'quarantined', 'removed')),
  listed INTEGER NOT NULL DEFAULT 1 CHECK (listed IN (0, 1)),
  -- listing matter: starts from the manifest, editable by the owner
  display_name TEXT NOT NULL,
  description TEXT NOT NULL,
  category TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('ui', 'api', 'automation', 'mixed')),
  tags TEXT NOT NULL DEFAULT '[]',        -- JSON string[]
  icon TEXT,                              -- absolute path /f/{sha256}/icons/icon.png or https URL
  screenshots TEXT NOT NULL DEFAULT '[]', -- JSON {url, alt}[]
  pricing TEXT NOT NULL,                  -- JSON Pricing of the manifest (minor units)
  trial_days INTEGER NOT NULL DEFAULT 0,
  latest_release_id INTEGER,              -- newest published release by SemVer precedence, stable first
  head_sequence INTEGER NOT NULL DEFAULT 0,
  head_statement_sha256 TEXT,
  publications INTEGER NOT NULL DEFAULT 0,
  last_receipt_sha256 TEXT,
  downloads INTEGER NOT NULL DEFAULT 0,
  rating_count INTEGER NOT NULL DEFAULT 0,
  rating_sum INTEGER NOT NULL DEFAULT 0,
  rating REAL NOT NULL DEFAULT 0,         -- mean of the stars, 0 while there is none
  edited TEXT NOT NULL DEFAULT '[]',      -- JSON: listing fields the owner set by hand; a new release leaves them alone
  rev INTEGER NOT NULL DEFAULT 1,         -- ETag: +1 on every visible change
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX plugins_publisher ON plugins (publisher_id, created_at);
-- What lists read: only plugins that anybody may see, in every order the host may ask for.
CREATE INDEX plugins_downloads ON plugins (downloads DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_created ON plugins (created_at DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_names ON plugins (name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_rating ON plugins (rating DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_type_names ON plugins (type, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_category_names ON plugins (category, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_type_downloads ON plugins (type, downloads DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_type_created ON plugins (type, created_at DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_type_rating ON plugins (type, rating DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_category_downloads ON plugins (category, downloads DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_category_created ON plugins (category, created_at DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;
CREATE INDEX plugins_category_rating ON plugins (category, rating DESC, name) WHERE listed = 1 AND latest_release_id IS NOT NULL;

-- How many visible plugins there are of each kind, so that a list's total never counts rows.
CREATE TABLE catalogue_counts (
  type TEXT NOT NULL,
  category TEXT NOT NULL,
  stars INTEGER NOT NULL,                 -- whole stars of the mean, 0–5
  count INTEGER NOT NULL,
  PRIMARY KEY (type, category, stars)
) STRICT, WITHOUT ROWID;
CREATE TABLE plugin_tags (                -- tags of visible plugins
  tag TEXT NOT NULL,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  PRIMARY KEY (tag, plugin_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX plugin_tags_plugin ON plugin_tags (plugin_id);

CREATE TRIGGER plugins_shown AFTER INSERT ON plugins WHEN NEW.listed = 1 AND NEW.latest_release_id IS NOT NULL BEGIN
  INSERT INTO catalogue_counts (type, category, stars, count) VALUES (NEW.type, NEW.category, CAST(NEW.rating AS INTEGER), 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
  INSERT OR IGNORE INTO plugin_tags (tag, plugin_id) SELECT value, NEW.id FROM json_each(NEW.tags);
END;
CREATE TRIGGER plugins_changed AFTER UPDATE OF listed, latest_release_id, type, category, rating, tags ON plugins BEGIN
  UPDATE catalogue_counts SET count = count - 1
    WHERE OLD.listed = 1 AND OLD.latest_release_id IS NOT NULL
      AND type = OLD.type AND category = OLD.category AND stars = CAST(OLD.rating AS INTEGER);
  INSERT INTO catalogue_counts (type, category, stars, count)
    SELECT NEW.type, NEW.category, CAST(NEW.rating AS INTEGER), 1 WHERE NEW.listed = 1 AND NEW.latest_release_id IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
  DELETE FROM plugin_tags WHERE plugin_id = NEW.id;
  INSERT OR IGNORE INTO plugin_tags (tag, plugin_id)
    SELECT value, NEW.id FROM json_each(NEW.tags) WHERE NEW.listed = 1 AND NEW.latest_release_id IS NOT NULL;
END;

CREATE TABLE releases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  version TEXT NOT NULL,
  version_sort TEXT NOT NULL,             -- fixed-width text whose byte order is SemVer precedence
  channel TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('staged', 'scanning', 'review', 'published', 'deprecated', 'yanked', 'blocked', 'rejected')),
  sha256 TEXT NOT NULL,                   -- hex digest of the plain .rbsm
  sha512 TEXT NOT NULL,
  size INTEGER NOT NULL,
  manifest TEXT NOT NULL,                 -- canonical JSON
  manifest_sha256 TEXT NOT NULL,
  capabilities_sha256 TEXT NOT NULL,
  closure_digest TEXT NOT NULL,
  server_sha256 TEXT,                     -- server/main.js in R2 under m/sha256/<hex>
  changelog TEXT NOT NULL DEFAULT '',
  readme TEXT NOT NULL DEFAULT '',
  min_app_version TEXT NOT NULL,
  max_app_version TEXT,
  sequence INTEGER,
  statement TEXT,                         -- envelope JSON
  statement_sha256 TEXT,
  statement_key_id TEXT,
  publication INTEGER,
  receipt TEXT,                           -- envelope JSON
  receipt_sha256 TEXT,
  delivery TEXT CHECK (delivery IN ('public', 'gated', 'sealed')),
  expected_checks TEXT NOT NULL,          -- frozen at staging: JSON {ruleSet, checks: string[]}
  needs_approval INTEGER NOT NULL DEFAULT 0 CHECK (needs_approval IN (0, 1)), -- its statement came with a stage-only credential
  velocity_until INTEGER,                 -- too many releases in ten minutes: no decision before
  next_check_at INTEGER,                  -- when unknown results are tried again
  decision_reason TEXT,
  decided_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  uploaded_by TEXT NOT NULL,              -- account:<id> or instance:<id>
  downloads INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  published_at INTEGER
) STRICT;
-- A version number is used up by publication; a rejected one may be staged again.
CREATE UNIQUE INDEX releases_version ON releases (plugin_id, version) WHERE state <> 'rejected';
CREATE UNIQUE INDEX releases_sequence ON releases (plugin_id, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX releases_sha256 ON releases (sha256);
CREATE INDEX releases_server ON releases (server_sha256) WHERE server_sha256 IS NOT NULL;
CREATE INDEX releases_state ON releases (state, created_at);
CREATE INDEX releases_due ON releases (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX releases_sort ON releases (plugin_id, version_sort DESC);

CREATE TABLE release_checks (             -- append-only; the newest row of a check counts
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  name TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  result TEXT NOT NULL CHECK (result IN ('clean', 'dirty', 'unknown')),
  findings TEXT NOT NULL DEFAULT '[]',    -- JSON Finding[]
  at INTEGER NOT NULL,
  UNIQUE (release_id, name, attempt)
) STRICT;

CREATE TABLE blocked_digests (
  sha256 TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reserved_names (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('reserved', 'tombstone')),
  publisher_id INTEGER REFERENCES publishers (id) ON DELETE RESTRICT,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reviews (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  user_id TEXT NOT NULL,
  user_name TEXT NOT NULL DEFAULT '',
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  title TEXT NOT NULL DEFAULT '',
  comment TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (plugin_id, instance_id, user_id)
) STRICT;
CREATE INDEX reviews_page ON reviews (plugin_id, id DESC);

CREATE TABLE download_tokens (
  hash TEXT PRIMARY KEY,                  -- hex SHA-256 of the base64url token
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  license_id INTEGER,                     -- null: free plugin without license
  activation_id TEXT,
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  expires_at INTEGER NOT NULL,
  used_at INTEGER                         -- set by one guarded UPDATE at the request that covers byte 0
) STRICT, WITHOUT ROWID;
CREATE INDEX download_tokens_expiry ON download_tokens (expires_at);

CREATE TABLE download_days (
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  day TEXT NOT NULL,                      -- YYYY-MM-DD
  purpose TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (release_id, day, purpose)
) STRICT, WITHOUT ROWID;
CREATE TABLE download_seen (              -- de-duplication, one day
  day TEXT NOT NULL,
  release_id INTEGER NOT NULL,
  client_hash TEXT NOT NULL,
  PRIMARY KEY (day, release_id, client_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE download_salts (             -- destroyed after a day
  day TEXT PRIMARY KEY,
  salt TEXT NOT NULL                      -- hex, 32 bytes
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (                    -- the public change feed, commit order
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,                     -- release.published, plugin.listed, plugin.delisted, …
  subject TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE orphans (                    -- stored objects no release names, seen once; deleted at a second look
  key TEXT PRIMARY KEY,
  marked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
