-- Who gets which version when, what was taken back, and why. Every *_at and *_until is Unix seconds UTC.
CREATE TABLE rollouts (                    -- a release without a row has the default plan
  release_id INTEGER PRIMARY KEY REFERENCES releases (id) ON DELETE RESTRICT,
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'halted')),
  starts_at INTEGER NOT NULL,
  steps TEXT NOT NULL,                     -- JSON {after, basisPoints}[]
  least INTEGER NOT NULL,                  -- of 10,000: what few installations raise every step to
  alive INTEGER NOT NULL DEFAULT 0,        -- installations alive when `least` was computed
  stopped_at INTEGER,                      -- since when it is paused or halted
  reason TEXT,                             -- why somebody changed it last, or what halted it
  evidence TEXT,                           -- JSON of the figures that halted it
  actor TEXT NOT NULL DEFAULT 'system',    -- account:<id> or system
  rev INTEGER NOT NULL DEFAULT 1,          -- +1 on every write; whoever read another one writes nothing
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rollouts_state ON rollouts (state, starts_at);

CREATE TABLE update_settings (             -- what the operator of an instance wants of one plugin
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  channel TEXT NOT NULL,
  auto INTEGER NOT NULL CHECK (auto IN (0, 1)),
  cooldown_days INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (instance_id, plugin_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE install_ledger (              -- append-only: every move of an installation from one version to another, and its end
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  activation_id TEXT NOT NULL REFERENCES activations (id) ON DELETE RESTRICT,
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL CHECK (kind IN ('moved', 'released')),
  from_version TEXT NOT NULL,
  version TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX install_ledger_plugin ON install_ledger (plugin_id, version, kind, at);
CREATE INDEX install_ledger_activation ON install_ledger (activation_id, id);
CREATE TRIGGER activations_moved AFTER UPDATE OF version ON activations WHEN NEW.version <> OLD.version BEGIN
  INSERT INTO install_ledger (activation_id, instance_id, plugin_id, kind, from_version, version, at)
    SELECT NEW.id, NEW.instance_id, l.plugin_id, 'moved', OLD.version, NEW.version, MAX(NEW.last_seen_at, NEW.granted_at)
    FROM licenses l WHERE l.id = NEW.license_id;
END;
CREATE TRIGGER activations_ended AFTER UPDATE OF released_at ON activations
  WHEN NEW.released_at IS NOT NULL AND OLD.released_at IS NULL BEGIN
  INSERT INTO install_ledger (activation_id, instance_id, plugin_id, kind, from_version, version, at)
    SELECT NEW.id, NEW.instance_id, l.plugin_id, 'released', NEW.version, NEW.version, NEW.released_at
    FROM licenses l WHERE l.id = NEW.license_id;
END;

CREATE TABLE update_failures (             -- one vote per instance and release
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  why TEXT NOT NULL CHECK (why IN ('activation', 'startup')),
  at INTEGER NOT NULL,
  PRIMARY KEY (instance_id, release_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX update_failures_release ON update_failures (release_id);

CREATE TABLE plugin_floors (               -- below it nothing is installed
  plugin_id INTEGER PRIMARY KEY REFERENCES plugins (id) ON DELETE RESTRICT,
  floor TEXT NOT NULL,
  advisory_id TEXT,
  set_at INTEGER NOT NULL
) STRICT;

CREATE TABLE advisories (
  id TEXT PRIMARY KEY,                     -- RBSM-<year>-<number>
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'submitted', 'confirmed', 'rejected', 'withdrawn')),
  severity TEXT NOT NULL,                  -- CVSS 3.1 vector
  score INTEGER NOT NULL,                  -- its base score, in tenths
  affected TEXT NOT NULL,                  -- range of versions
  fixed TEXT,                              -- the first version without the flaw
  summary TEXT NOT NULL,
  details TEXT NOT NULL DEFAULT '',
  aliases TEXT NOT NULL DEFAULT '[]',      -- JSON string[]: CVE and GHSA ids
  credits TEXT NOT NULL DEFAULT '[]',      -- JSON string[]
  links TEXT NOT NULL DEFAULT '[]',        -- JSON string[]
  drafted_by INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  decided_by INTEGER REFERENCES accounts (id) ON DELETE RESTRICT,
  decision TEXT,                           -- the desk's reason
  rev INTEGER NOT NULL DEFAULT 1,          -- +1 on every write
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  confirmed_at INTEGER,
  withdrawn_at INTEGER
) STRICT;
CREATE INDEX advisories_plugin ON advisories (plugin_id, state);
CREATE INDEX advisories_public ON advisories (confirmed_at DESC, id) WHERE confirmed_at IS NOT NULL;
CREATE TABLE advisory_numbers (            -- never given twice
  year INTEGER PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;

CREATE TABLE release_revocations (         -- entries of the public list; a later row about the same thing replaces an earlier one
  seq INTEGER PRIMARY KEY AUTOINCREMENT,   -- only grows
  subject TEXT NOT NULL,                   -- release:<name>@<version>, plugin:<name>, publisher:<handle>, key:<id>
  kind TEXT NOT NULL CHECK (kind IN ('release', 'plugin', 'publisher', 'key')),
  name TEXT,
  version TEXT,
  sha256 TEXT,
  publisher TEXT,
  key_id TEXT,
  level TEXT NOT NULL CHECK (level IN ('soft', 'hard')),
  code TEXT NOT NULL,
  since INTEGER NOT NULL,
  replacement TEXT,
  advisory TEXT,
  note TEXT NOT NULL DEFAULT '',
  is_lifted INTEGER NOT NULL DEFAULT 0 CHECK (is_lifted IN (0, 1)) -- what stood before about the subject is taken back
) STRICT;
CREATE INDEX release_revocations_subject ON release_revocations (subject, seq);

CREATE TABLE revocation_lists (            -- every list that was signed; only the newest keeps its text
  epoch INTEGER PRIMARY KEY,
  up_to INTEGER NOT NULL,                  -- newest entry in it
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  sha256 TEXT NOT NULL,                    -- of its payload; the next one names it as `previous`
  document TEXT                            -- JSON envelope
) STRICT;

-- What is blocked is on the list in the same instant, whoever blocked it and however.
CREATE TRIGGER releases_blocked AFTER UPDATE OF state ON releases WHEN NEW.state = 'blocked' AND OLD.state <> 'blocked' BEGIN
  INSERT INTO release_revocations (subject, kind, name, version, sha256, level, code, since, replacement, note)
    SELECT 'release:' || p.name || '@' || NEW.version, 'release', p.name, NEW.version, NEW.sha256, 'hard',
      -- A reason may begin with a code of the list: `malware: …`.
      CASE WHEN substr(NEW.decision_reason, 1, instr(NEW.decision_reason || ':', ':') - 1) IN ('malware', 'credential_theft', 'data_exfiltration', 'vulnerability', 'policy', 'impersonation', 'legal',
        'key_compromised', 'publisher_request', 'broken')
        THEN substr(NEW.decision_reason, 1, instr(NEW.decision_reason || ':', ':') - 1) ELSE 'policy' END,
      unixepoch(), NEW.replacement, substr(COALESCE(NEW.decision_reason, ''), 1, 300)
    FROM plugins p WHERE p.id = NEW.plugin_id AND NEW.receipt IS NOT NULL;
END;
CREATE TRIGGER releases_unblocked AFTER UPDATE OF state ON releases WHEN OLD.state = 'blocked' AND NEW.state <> 'blocked' BEGIN
  INSERT INTO release_revocations (subject, kind, name, version, sha256, level, code, since, is_lifted)
    SELECT 'release:' || p.name || '@' || NEW.version, 'release', p.name, NEW.version, NEW.sha256, 'hard', 'policy', unixepoch(), 1
    FROM plugins p WHERE p.id = NEW.plugin_id AND NEW.receipt IS NOT NULL;
END;
CREATE TRIGGER digests_blocked AFTER INSERT ON blocked_digests BEGIN
  INSERT INTO release_revocations (subject, kind, name, version, sha256, level, code, since, replacement, note)
    SELECT 'release:' || p.name || '@' || r.version, 'release', p.name, r.version, r.sha256, 'hard', 'policy', NEW.at, r.replacement,
      substr(NEW.reason, 1, 300)
    FROM releases r JOIN plugins p ON p.id = r.plugin_id
    WHERE r.sha256 = NEW.sha256 AND r.state IN ('published', 'deprecated', 'yanked');
END;
CREATE TRIGGER digests_freed AFTER DELETE ON blocked_digests BEGIN
  INSERT INTO release_revocations (subject, kind, name, version, sha256, level, code, since, is_lifted)
    SELECT 'release:' || p.name || '@' || r.version, 'release', p.name, r.version, r.sha256, 'hard', 'policy', unixepoch(), 1
    FROM releases r JOIN plugins p ON p.id = r.plugin_id
    WHERE r.sha256 = OLD.sha256 AND r.state IN ('published', 'deprecated', 'yanked');
END;
CREATE TRIGGER publisher_keys_compromised AFTER UPDATE OF state ON publisher_keys
  WHEN NEW.state = 'compromised' AND OLD.state <> 'compromised' BEGIN
  INSERT INTO release_revocations (subject, kind, publisher, key_id, level, code, since)
    SELECT 'key:' || NEW.key_id, 'key', u.handle, NEW.key_id, 'hard', 'key_compromised', unixepoch()
    FROM publishers u WHERE u.id = NEW.publisher_id;
END;
CREATE TRIGGER plugins_removed AFTER UPDATE OF state ON plugins WHEN NEW.state = 'removed' AND OLD.state <> 'removed' BEGIN
  INSERT INTO release_revocations (subject, kind, name, level, code, since)
    VALUES ('plugin:' || NEW.name, 'plugin', NEW.name, 'hard', 'policy', unixepoch());
END;
CREATE TRIGGER plugins_restored AFTER UPDATE OF state ON plugins WHEN OLD.state = 'removed' AND NEW.state <> 'removed' BEGIN
  INSERT INTO release_revocations (subject, kind, name, level, code, since, is_lifted)
    VALUES ('plugin:' || NEW.name, 'plugin', NEW.name, 'hard', 'policy', unixepoch(), 1);
END;
-- What was blocked before this list existed.
INSERT INTO release_revocations (subject, kind, name, version, sha256, level, code, since, replacement, note)
  SELECT 'release:' || p.name || '@' || r.version, 'release', p.name, r.version, r.sha256, 'hard', 'policy', unixepoch(),
    r.replacement, substr(COALESCE(r.decision_reason, ''), 1, 300)
  FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE r.state = 'blocked' AND r.receipt IS NOT NULL;
INSERT INTO release_revocations (subject, kind, publisher, key_id, level, code, since)
  SELECT 'key:' || k.key_id, 'key', u.handle, k.key_id, 'hard', 'key_compromised', unixepoch()
  FROM publisher_keys k JOIN publishers u ON u.id = k.publisher_id WHERE k.state = 'compromised';
