-- What the search database owes its readers, the public change feed in full, reviews with their history, numbers by day.
-- Every *_at is Unix seconds UTC.

-- Plugins that the search database does not show as they are. Written by triggers: no writer can forget.
CREATE TABLE search_outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- newer than what was read before: a late projection never undoes a newer one
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  is_urgent INTEGER NOT NULL CHECK (is_urgent IN (0, 1)), -- lists wait for it; mere counts are projected every minute
  UNIQUE (plugin_id, is_urgent)
) STRICT;
CREATE INDEX search_outbox_urgent ON search_outbox (id) WHERE is_urgent = 1;
INSERT INTO search_outbox (plugin_id, is_urgent) SELECT id, 1 FROM plugins WHERE latest_release_id IS NOT NULL ORDER BY id;

CREATE TRIGGER plugins_searchable AFTER INSERT ON plugins WHEN NEW.latest_release_id IS NOT NULL BEGIN
  INSERT INTO search_outbox (plugin_id, is_urgent) VALUES (NEW.id, 1);
END;
CREATE TRIGGER plugins_to_project AFTER UPDATE OF listed, latest_release_id, state, publisher_id, display_name, description,
  category, type, tags, icon, screenshots, pricing, trial_days, rating, rating_count ON plugins
WHEN OLD.latest_release_id IS NOT NULL OR NEW.latest_release_id IS NOT NULL BEGIN
  DELETE FROM search_outbox WHERE plugin_id = NEW.id AND is_urgent = 1;
  INSERT INTO search_outbox (plugin_id, is_urgent) VALUES (NEW.id, 1);
END;
CREATE TRIGGER plugins_to_count AFTER UPDATE OF downloads ON plugins WHEN NEW.latest_release_id IS NOT NULL BEGIN
  DELETE FROM search_outbox WHERE plugin_id = NEW.id AND is_urgent = 0;
  INSERT INTO search_outbox (plugin_id, is_urgent) VALUES (NEW.id, 0);
END;
CREATE TRIGGER releases_to_project AFTER UPDATE OF state ON releases
WHEN NEW.id = (SELECT latest_release_id FROM plugins WHERE id = NEW.plugin_id) BEGIN
  DELETE FROM search_outbox WHERE plugin_id = NEW.plugin_id AND is_urgent = 1;
  INSERT INTO search_outbox (plugin_id, is_urgent) VALUES (NEW.plugin_id, 1);
END;
CREATE TRIGGER publishers_to_project AFTER UPDATE OF handle, display_name, verified_domain ON publishers BEGIN
  DELETE FROM search_outbox WHERE is_urgent = 1
    AND plugin_id IN (SELECT id FROM plugins WHERE publisher_id = NEW.id AND latest_release_id IS NOT NULL);
  INSERT INTO search_outbox (plugin_id, is_urgent)
    SELECT id, 1 FROM plugins WHERE publisher_id = NEW.id AND latest_release_id IS NOT NULL;
END;

-- Lists are read from the search database: a counted download no longer moves a row in three orders here.
DROP INDEX plugins_downloads;
DROP INDEX plugins_created;
DROP INDEX plugins_rating;
DROP INDEX plugins_type_names;
DROP INDEX plugins_type_downloads;
DROP INDEX plugins_type_created;
DROP INDEX plugins_type_rating;
DROP INDEX plugins_category_names;
DROP INDEX plugins_category_downloads;
DROP INDEX plugins_category_created;
DROP INDEX plugins_category_rating;

-- Every public fact in commit order, without a gap, enough to rebuild the catalogue from nothing. Never deleted.
CREATE TABLE feed (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,                     -- plugin.changed, release.changed, publisher.changed, and what changes says
  subject TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}'         -- JSON
) STRICT;
CREATE TRIGGER feed_kept BEFORE DELETE ON feed BEGIN SELECT RAISE(ABORT, 'the change feed has no gaps'); END;

-- One spelling of a plugin and of a release, for everything that tells of them.
CREATE VIEW public_plugins AS
SELECT p.id, p.name, p.publisher_id, p.updated_at AS at, json_object(
  'id', CAST(p.id AS TEXT), 'uuid', p.uuid, 'listed', json('true'), 'state', p.state,
  'publisher', json_object('id', CAST(b.id AS TEXT), 'handle', b.handle, 'displayName', b.display_name, 'domain', b.verified_domain),
  'displayName', p.display_name, 'description', p.description, 'category', p.category, 'type', p.type,
  'tags', iif(json_valid(p.tags), json(p.tags), NULL), 'icon', p.icon,
  'screenshots', iif(json_valid(p.screenshots), json(p.screenshots), NULL),
  'pricing', iif(json_valid(p.pricing), json(p.pricing), NULL), 'trialDays', p.trial_days,
  'rating', json_object('average', p.rating, 'count', p.rating_count),
  'latest', (SELECT version FROM releases WHERE id = p.latest_release_id),
  'createdAt', p.created_at, 'updatedAt', p.updated_at) AS data
FROM plugins p JOIN publishers b ON b.id = p.publisher_id
WHERE p.listed = 1 AND p.publications > 0;
CREATE VIEW public_releases AS
SELECT r.id, r.plugin_id, p.name, r.published_at AS at, json_object(
  'version', r.version, 'channel', r.channel, 'state', r.state, 'publication', r.publication, 'publishedAt', r.published_at,
  'sha256', r.sha256, 'size', r.size, 'delivery', r.delivery, 'minAppVersion', r.min_app_version,
  'maxAppVersion', r.max_app_version, 'closureDigest', r.closure_digest, 'statementSha256', r.statement_sha256,
  'receiptSha256', r.receipt_sha256, 'reason', r.yank_reason, 'notice', r.notice, 'replacement', r.replacement) AS data,
  json_object('manifest', iif(json_valid(r.manifest), json(r.manifest), NULL), 'readme', r.readme, 'changelog', r.changelog) AS texts
FROM releases r JOIN plugins p ON p.id = r.plugin_id
WHERE p.listed = 1 AND r.state IN ('published', 'deprecated', 'yanked', 'blocked');

CREATE TRIGGER releases_fed AFTER UPDATE OF state, yank_reason, notice, replacement ON releases
WHEN NEW.state IN ('published', 'deprecated', 'yanked', 'blocked') BEGIN
  INSERT INTO feed (at, kind, subject, data)
    SELECT unixepoch(), 'release.changed', v.name,
      iif(OLD.state IN ('published', 'deprecated', 'yanked', 'blocked'), v.data, json_patch(v.texts, v.data))
    FROM public_releases v WHERE v.id = NEW.id;
END;
CREATE TRIGGER plugins_fed AFTER UPDATE OF listed, latest_release_id, state, publisher_id, display_name, description, category,
  type, tags, icon, screenshots, pricing, trial_days, rating, rating_count ON plugins
WHEN NEW.publications > 0 AND (OLD.listed = 1 OR NEW.listed = 1) BEGIN
  -- Back on the shelves: whoever forgot its releases is told again.
  INSERT INTO feed (at, kind, subject, data)
    SELECT unixepoch(), 'release.changed', v.name, json_patch(v.texts, v.data)
    FROM public_releases v WHERE v.plugin_id = NEW.id AND OLD.listed = 0 AND NEW.listed = 1 ORDER BY v.id;
  INSERT INTO feed (at, kind, subject, data)
    SELECT unixepoch(), 'plugin.changed', v.name, v.data FROM public_plugins v WHERE v.id = NEW.id;
  INSERT INTO feed (at, kind, subject, data)
    SELECT unixepoch(), 'plugin.changed', NEW.name, json_object('id', CAST(NEW.id AS TEXT), 'listed', json('false'))
    WHERE OLD.listed = 1 AND NEW.listed = 0;
END;
CREATE TRIGGER publishers_fed AFTER UPDATE OF handle, display_name, verified_domain ON publishers
WHEN EXISTS (SELECT 1 FROM plugins WHERE publisher_id = NEW.id AND listed = 1 AND publications > 0) BEGIN
  INSERT INTO feed (at, kind, subject, data) VALUES (unixepoch(), 'publisher.changed', NEW.handle, json_object(
    'id', CAST(NEW.id AS TEXT), 'handle', NEW.handle, 'displayName', NEW.display_name, 'domain', NEW.verified_domain));
END;
-- What else happened in public; a plugin nobody could see stays unsaid.
CREATE TRIGGER changes_fed AFTER INSERT ON changes
WHEN NEW.kind GLOB 'publisher.*'
  OR NOT EXISTS (SELECT 1 FROM plugins WHERE name = NEW.subject AND (publications = 0 OR listed = 0)) BEGIN
  INSERT INTO feed (at, kind, subject, data) VALUES (NEW.at, NEW.kind, NEW.subject, NEW.data);
END;

INSERT INTO feed (at, kind, subject, data)
  SELECT c.at, c.kind, c.subject, c.data FROM changes c
  WHERE c.kind GLOB 'publisher.*'
    OR NOT EXISTS (SELECT 1 FROM plugins WHERE name = c.subject AND (publications = 0 OR listed = 0)) ORDER BY c.id;
INSERT INTO feed (at, kind, subject, data)
  SELECT unixepoch(), 'release.changed', name, json_patch(texts, data) FROM public_releases ORDER BY id;
INSERT INTO feed (at, kind, subject, data)
  SELECT unixepoch(), 'plugin.changed', name, data FROM public_plugins ORDER BY id;

-- Reviews: of verified installations, with their history, an answer, votes and reports.
ALTER TABLE reviews ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE reviews ADD COLUMN helpful INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN not_helpful INTEGER NOT NULL DEFAULT 0;
ALTER TABLE reviews ADD COLUMN reply TEXT;           -- the publisher's one answer
ALTER TABLE reviews ADD COLUMN replied_at INTEGER;
ALTER TABLE reviews ADD COLUMN held_at INTEGER;      -- one of too many in a day: not in the mean until somebody looked
ALTER TABLE reviews ADD COLUMN looked_at INTEGER;    -- the desk kept it
ALTER TABLE reviews ADD COLUMN removed_at INTEGER;   -- the desk removed it
CREATE INDEX reviews_recent ON reviews (plugin_id, created_at);
CREATE INDEX reviews_held ON reviews (held_at) WHERE held_at IS NOT NULL AND removed_at IS NULL;

CREATE TABLE review_edits (               -- what a review said before
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  review_id INTEGER NOT NULL REFERENCES reviews (id) ON DELETE RESTRICT,
  rating INTEGER NOT NULL,
  title TEXT NOT NULL,
  comment TEXT NOT NULL,
  version TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  replaced_at INTEGER NOT NULL
) STRICT;
CREATE INDEX review_edits_review ON review_edits (review_id);
CREATE TRIGGER reviews_edited AFTER UPDATE OF rating, title, comment ON reviews
WHEN OLD.rating <> NEW.rating OR OLD.title <> NEW.title OR OLD.comment <> NEW.comment BEGIN
  INSERT INTO review_edits (review_id, rating, title, comment, version, written_at, replaced_at)
    VALUES (OLD.id, OLD.rating, OLD.title, OLD.comment, OLD.version, OLD.updated_at, NEW.updated_at);
END;

CREATE TABLE review_votes (
  review_id INTEGER NOT NULL REFERENCES reviews (id) ON DELETE RESTRICT,
  instance_id INTEGER NOT NULL REFERENCES instances (id) ON DELETE RESTRICT,
  is_helpful INTEGER NOT NULL CHECK (is_helpful IN (0, 1)),
  at INTEGER NOT NULL,
  PRIMARY KEY (review_id, instance_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE review_reports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  review_id INTEGER NOT NULL REFERENCES reviews (id) ON DELETE RESTRICT,
  kind TEXT NOT NULL CHECK (kind IN ('spam', 'abuse', 'personal_data', 'off_topic', 'other')),
  text TEXT NOT NULL,
  reporter TEXT NOT NULL,                 -- account:<id> or instance:<id>
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acted', 'dismissed')),
  at INTEGER NOT NULL,
  decided_at INTEGER
) STRICT;
CREATE UNIQUE INDEX review_reports_open ON review_reports (review_id, reporter) WHERE state = 'open';
CREATE INDEX review_reports_state ON review_reports (state, id);

-- Numbers by day that nothing else remembers. Nothing below the instance is kept.
CREATE TABLE release_alive (
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  day TEXT NOT NULL,                      -- YYYY-MM-DD, UTC
  installations INTEGER NOT NULL,         -- with a heartbeat within the seven days before
  PRIMARY KEY (release_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE download_countries (
  release_id INTEGER NOT NULL REFERENCES releases (id) ON DELETE RESTRICT,
  day TEXT NOT NULL,
  country TEXT NOT NULL,                  -- ISO 3166-1, as the platform saw it; XX where it did not
  count INTEGER NOT NULL,
  PRIMARY KEY (release_id, day, country)
) STRICT, WITHOUT ROWID;
CREATE INDEX executions_plugin ON executions (plugin_id, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX orders_paid ON orders (plugin_id, paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX licenses_issued ON licenses (plugin_id, issued_at);
