-- The way of a release in full, what people report about plugins, plugins that change hands, and who is told.
-- Every *_at and *_until is Unix seconds UTC.

-- A check that is dirty either refuses the release or asks people to look.
ALTER TABLE release_checks ADD COLUMN rejects INTEGER NOT NULL DEFAULT 1 CHECK (rejects IN (0, 1));

ALTER TABLE releases ADD COLUMN review_at INTEGER;   -- since when it waits in review
ALTER TABLE releases ADD COLUMN decided_at INTEGER;  -- when it was rejected; its bytes stay 90 days from here
ALTER TABLE releases ADD COLUMN erased_at INTEGER;   -- its bytes were deleted
ALTER TABLE releases ADD COLUMN desk_reasons TEXT NOT NULL DEFAULT '[]'; -- JSON string[]: why people decide, not the rules
ALTER TABLE releases ADD COLUMN provenance TEXT;     -- JSON: the build that uploaded it, as its identity token said
CREATE INDEX releases_rejected ON releases (decided_at) WHERE state = 'rejected' AND erased_at IS NULL;

CREATE TABLE check_acceptances (          -- the desk takes a dirty result with a reason; a severe one takes two people
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  name TEXT NOT NULL,
  attempt INTEGER NOT NULL,               -- of the check: another run asks again
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (release_id, name, attempt, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE release_approvals (          -- the first of two people who approve
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  sha256 TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (release_id, sha256, account_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE release_blocks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  former TEXT NOT NULL CHECK (former IN ('published', 'deprecated', 'yanked')),
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  asked_by INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  asked_at INTEGER NOT NULL,
  confirmed_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  confirmed_at INTEGER,
  lapsed_at INTEGER,                      -- nobody confirmed within a day: yanked
  lift_asked_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  lift_reason TEXT,
  lifted_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  lifted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX release_blocks_open ON release_blocks (release_id) WHERE lapsed_at IS NULL AND lifted_at IS NULL;
CREATE INDEX release_blocks_unconfirmed ON release_blocks (asked_at) WHERE confirmed_at IS NULL AND lapsed_at IS NULL;

CREATE TABLE appeals (                    -- against a rejection, once
  release_id INTEGER PRIMARY KEY REFERENCES releases (id) ON DELETE RESTRICT,
  reason TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  outcome TEXT CHECK (outcome IN ('upheld', 'overturned')), -- of the rejection
  decided_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  decision_reason TEXT,
  decided_at INTEGER
) STRICT;

CREATE TABLE plugin_looks (               -- what a name and an icon look like, to find others that look the same
  plugin_id INTEGER PRIMARY KEY REFERENCES plugins (id) ON DELETE RESTRICT,
  skeleton TEXT NOT NULL,
  display_skeleton TEXT NOT NULL,
  icon_hash TEXT                          -- 16 hex digits
) STRICT;
CREATE INDEX plugin_looks_skeleton ON plugin_looks (skeleton);
CREATE INDEX plugin_looks_display ON plugin_looks (display_skeleton);

CREATE TABLE plugin_notices (             -- of deprecated plugins
  plugin_id INTEGER PRIMARY KEY REFERENCES plugins (id) ON DELETE RESTRICT,
  message TEXT NOT NULL,
  replacement TEXT,                       -- name of a plugin to use instead
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE retro_scans (                -- published releases that newer rules have looked at
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  rule_set TEXT NOT NULL,
  hits INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (release_id, rule_set)
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (                      -- what the desk looks into
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  release_id INTEGER REFERENCES releases (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL CHECK (kind IN ('reports', 'retro_scan')),
  summary TEXT NOT NULL,
  findings TEXT NOT NULL DEFAULT '[]',    -- JSON Finding[]
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acted', 'dismissed')),
  opened_at INTEGER NOT NULL,
  closed_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  closed_reason TEXT,
  closed_at INTEGER
) STRICT;
CREATE INDEX cases_open ON cases (state, opened_at);
CREATE INDEX cases_plugin ON cases (plugin_id, id);
CREATE UNIQUE INDEX cases_one_for_reports ON cases (plugin_id) WHERE kind = 'reports' AND state = 'open';

CREATE TABLE reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  version TEXT,
  case_id INTEGER NOT NULL REFERENCES cases (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL CHECK (kind IN ('malware', 'privacy', 'impersonation', 'broken', 'license', 'illegal', 'other')),
  text TEXT NOT NULL,
  email TEXT,                             -- who wants to hear the outcome; erased when told
  reporter TEXT,                          -- tells one reporter from another; erased after a week
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'triaged', 'acted', 'dismissed')),
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,                -- of the first look
  triaged_at INTEGER,
  decided_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  outcome TEXT,
  decided_at INTEGER
) STRICT;
CREATE INDEX reports_plugin ON reports (plugin_id, created_at);
CREATE INDEX reports_case ON reports (case_id);
CREATE INDEX reports_state ON reports (state, due_at);
CREATE INDEX reports_reporter ON reports (reporter, created_at) WHERE reporter IS NOT NULL;

CREATE TABLE desk_chain (                 -- every act of the desk, each sealed with the one before
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  audit_id INTEGER NOT NULL UNIQUE REFERENCES audit (id) ON DELETE RESTRICT,
  chain TEXT                              -- hex SHA-256; null until it is sealed
) STRICT;
CREATE INDEX desk_chain_open ON desk_chain (number) WHERE chain IS NULL;
CREATE TRIGGER audit_desk_acts AFTER INSERT ON audit
WHEN NEW.actor_kind = 'account' AND (NEW.action IN ('release.published', 'release.rejected', 'release.accepted', 'release.approved',
  'release.blocked', 'release.block_confirmed', 'release.lift_asked', 'release.lifted', 'release.rerun', 'appeal.decided',
  'case.closed', 'report.triaged', 'report.decided', 'plugin.quarantined', 'plugin.released', 'plugin.removed',
  'bundle.read', 'name.reserved', 'name.released')
  OR (NEW.action IN ('plugin.suspended', 'plugin.resumed') AND json_extract(NEW.data, '$.desk')))
BEGIN
  INSERT INTO desk_chain (audit_id) VALUES (NEW.id);
END;
CREATE TRIGGER desk_chain_kept BEFORE DELETE ON desk_chain BEGIN SELECT RAISE(ABORT, 'acts of the desk are kept'); END;
CREATE TRIGGER desk_chain_sealed BEFORE UPDATE ON desk_chain WHEN OLD.chain IS NOT NULL OR NEW.audit_id <> OLD.audit_id
BEGIN SELECT RAISE(ABORT, 'a sealed act stays as it is'); END;

CREATE TABLE transfers (                  -- a plugin offered to another publisher
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  from_publisher INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  to_publisher INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  state TEXT NOT NULL DEFAULT 'offered' CHECK (state IN ('offered', 'held', 'completed', 'canceled')),
  offered_by INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  offered_at INTEGER NOT NULL,
  accepted_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  hold_until INTEGER,
  ended_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX transfers_open ON transfers (plugin_id) WHERE state IN ('offered', 'held');
CREATE INDEX transfers_plugin ON transfers (plugin_id, id);
CREATE INDEX transfers_due ON transfers (hold_until) WHERE state = 'held';
CREATE INDEX transfers_to ON transfers (to_publisher, state);

CREATE TABLE domain_proofs (              -- a publisher is shown as the name of a domain it proved
  publisher_id INTEGER PRIMARY KEY REFERENCES publishers (id) ON DELETE RESTRICT,
  domain TEXT NOT NULL,
  nonce TEXT NOT NULL,
  method TEXT CHECK (method IN ('dns', 'file')),
  asked_at INTEGER NOT NULL,
  verified_at INTEGER,                    -- since when without a break
  next_check_at INTEGER,
  failing_since INTEGER
) STRICT;
CREATE INDEX domain_proofs_due ON domain_proofs (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE hooks (                      -- of publishers, or of operators where publisher_id is null
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publisher_id INTEGER REFERENCES publishers (id) ON DELETE RESTRICT,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  url TEXT NOT NULL,
  events TEXT NOT NULL DEFAULT '[]',      -- JSON string[]; empty = all
  secret_row TEXT NOT NULL UNIQUE,        -- what the secret is sealed for
  secret_sealed TEXT NOT NULL,
  previous_row TEXT,                      -- the secret before, while it still signs too
  previous_sealed TEXT,
  previous_until INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,    -- in a row
  paused_at INTEGER,
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE INDEX hooks_publisher ON hooks (publisher_id) WHERE removed_at IS NULL;

CREATE TABLE hook_deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hook_id INTEGER NOT NULL REFERENCES hooks (id) ON DELETE RESTRICT,
  sequence INTEGER NOT NULL,              -- 1, 2, 3 … of the hook, without a gap
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'delivered', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL,
  last_status INTEGER,
  delivered_at INTEGER,
  UNIQUE (hook_id, sequence)
) STRICT;
CREATE INDEX hook_deliveries_due ON hook_deliveries (not_before) WHERE state IN ('queued', 'sending');

-- Whoever writes down what happened owes it to the hooks in the same transaction: no writer can forget.
CREATE VIEW hook_feed AS SELECT 0 AS at, '' AS type, 0 AS publisher_id, '{}' AS data;
CREATE TRIGGER hook_feed_told INSTEAD OF INSERT ON hook_feed BEGIN
  INSERT INTO hook_deliveries (hook_id, sequence, type, data, at, not_before)
  SELECT h.id, coalesce((SELECT max(d.sequence) FROM hook_deliveries d WHERE d.hook_id = h.id), 0) + 1,
    NEW.type, NEW.data, NEW.at, NEW.at
  FROM hooks h WHERE h.removed_at IS NULL AND (h.publisher_id IS NULL OR h.publisher_id = NEW.publisher_id)
    AND (h.events = '[]' OR EXISTS (SELECT 1 FROM json_each(h.events) e WHERE e.value = NEW.type));
END;
CREATE TRIGGER audit_told AFTER INSERT ON audit
WHEN NEW.action IN ('release.staged', 'release.review', 'release.published', 'release.rejected', 'release.yanked',
  'release.deprecated', 'release.blocked', 'rollout.halted', 'advisory.published')
  AND EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  SELECT NEW.at, NEW.action, p.publisher_id, json_object('releaseId', CAST(r.id AS TEXT), 'plugin', p.name, 'version', r.version,
    'sha256', r.sha256, 'state', r.state, 'reason', coalesce(r.yank_reason, r.notice, r.decision_reason))
  FROM releases r JOIN plugins p ON p.id = r.plugin_id
  WHERE NEW.subject_kind = 'release' AND r.id = CAST(NEW.subject_id AS INTEGER);
  INSERT INTO hook_feed (at, type, publisher_id, data)
  SELECT NEW.at, NEW.action, p.publisher_id, json_set(NEW.data, '$.plugin', p.name)
  FROM plugins p WHERE NEW.subject_kind = 'plugin' AND p.id = CAST(NEW.subject_id AS INTEGER);
END;
CREATE TRIGGER findings_told AFTER INSERT ON release_checks
WHEN NEW.findings <> '[]' AND EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  SELECT NEW.at, 'finding.created', p.publisher_id, json_object('releaseId', CAST(r.id AS TEXT), 'plugin', p.name,
    'version', r.version, 'check', NEW.name, 'result', NEW.result, 'findings', json(NEW.findings))
  FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE r.id = NEW.release_id;
END;
CREATE TRIGGER reports_told AFTER INSERT ON reports
WHEN EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  SELECT NEW.created_at, 'report.created', p.publisher_id,
    json_object('reportId', CAST(NEW.id AS TEXT), 'plugin', p.name, 'kind', NEW.kind, 'version', NEW.version)
  FROM plugins p WHERE p.id = NEW.plugin_id;
END;
CREATE TRIGGER reviews_told AFTER INSERT ON reviews
WHEN EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  SELECT NEW.created_at, 'review.created', p.publisher_id,
    json_object('reviewId', CAST(NEW.id AS TEXT), 'plugin', p.name, 'rating', NEW.rating)
  FROM plugins p WHERE p.id = NEW.plugin_id;
END;
CREATE TRIGGER transfers_offered AFTER INSERT ON transfers
WHEN EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  SELECT NEW.offered_at, 'transfer.offered', b.id, json_object('transferId', CAST(NEW.id AS TEXT), 'plugin', p.name,
    'from', (SELECT handle FROM publishers WHERE id = NEW.from_publisher),
    'to', (SELECT handle FROM publishers WHERE id = NEW.to_publisher))
  FROM plugins p JOIN publishers b ON b.id IN (NEW.from_publisher, NEW.to_publisher) WHERE p.id = NEW.plugin_id;
END;
CREATE TRIGGER transfers_completed AFTER UPDATE OF state ON transfers
WHEN NEW.state = 'completed' AND OLD.state <> 'completed' AND EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  SELECT NEW.ended_at, 'transfer.completed', b.id, json_object('transferId', CAST(NEW.id AS TEXT), 'plugin', p.name,
    'from', (SELECT handle FROM publishers WHERE id = NEW.from_publisher),
    'to', (SELECT handle FROM publishers WHERE id = NEW.to_publisher))
  FROM plugins p JOIN publishers b ON b.id IN (NEW.from_publisher, NEW.to_publisher) WHERE p.id = NEW.plugin_id;
END;
CREATE TRIGGER keys_added AFTER INSERT ON publisher_keys
WHEN EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  VALUES (NEW.created_at, 'key.added', NEW.publisher_id, json_object('keyId', NEW.key_id));
END;
CREATE TRIGGER keys_compromised AFTER UPDATE OF state ON publisher_keys
WHEN NEW.state = 'compromised' AND OLD.state <> 'compromised' AND EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  VALUES (unixepoch(), 'key.compromised', NEW.publisher_id, json_object('keyId', NEW.key_id));
END;
CREATE TRIGGER license_events_told AFTER INSERT ON license_events
WHEN NEW.kind LIKE 'license.%' AND EXISTS (SELECT 1 FROM hooks WHERE removed_at IS NULL)
BEGIN
  INSERT INTO hook_feed (at, type, publisher_id, data)
  SELECT NEW.at, NEW.kind, l.publisher_id,
    json_object('licenseId', CAST(l.id AS TEXT), 'sequence', NEW.seq, 'change', json(NEW.data))
  FROM licenses l WHERE l.id = NEW.license_id;
END;

-- Builds that may stage for a publisher: the identity of a workflow instead of a secret.
CREATE TABLE trusted_builds (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  publisher_id INTEGER NOT NULL REFERENCES publishers (id) ON DELETE RESTRICT,
  plugin TEXT NOT NULL,                   -- name; a new name cannot be born this way
  issuer TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  repository_id TEXT NOT NULL,
  workflow TEXT NOT NULL,                 -- path of the file
  environment TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT, -- whose token it gets
  created_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE INDEX trusted_builds_repository ON trusted_builds (issuer, repository_id) WHERE removed_at IS NULL;
