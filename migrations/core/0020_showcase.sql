-- What the public pages show beside the catalogue. Every *_at is Unix seconds UTC.

CREATE TABLE collections (                -- chosen by the operator; the first one stands on the front page
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  slug TEXT NOT NULL UNIQUE,
  title_en TEXT NOT NULL,
  title_de TEXT NOT NULL,
  lead_en TEXT NOT NULL DEFAULT '',
  lead_de TEXT NOT NULL DEFAULT '',
  position INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE collection_plugins (
  collection_id INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  position INTEGER NOT NULL,
  PRIMARY KEY (collection_id, plugin_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_plugins_plugin ON collection_plugins (plugin_id);

-- Which plugins the newest release of a plugin needs. Written by triggers: no writer can forget.
CREATE TABLE plugin_needs (
  needs TEXT NOT NULL,                    -- name
  plugin_id INTEGER NOT NULL REFERENCES plugins (id) ON DELETE RESTRICT,
  PRIMARY KEY (needs, plugin_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX plugin_needs_plugin ON plugin_needs (plugin_id);
INSERT INTO plugin_needs (needs, plugin_id)
  SELECT d.key, p.id FROM plugins p JOIN releases r ON r.id = p.latest_release_id, json_each(r.manifest, '$.dependencies') d
  WHERE json_valid(r.manifest);
CREATE TRIGGER plugins_need AFTER UPDATE OF latest_release_id ON plugins
WHEN NEW.latest_release_id IS NOT OLD.latest_release_id BEGIN
  DELETE FROM plugin_needs WHERE plugin_id = NEW.id;
  INSERT INTO plugin_needs (needs, plugin_id)
    SELECT d.key, NEW.id FROM releases r, json_each(r.manifest, '$.dependencies') d
    WHERE r.id = NEW.latest_release_id AND json_valid(r.manifest);
END;

-- Feeds and the site map: newest first.
CREATE INDEX releases_news ON releases (published_at DESC) WHERE state IN ('published', 'deprecated');
CREATE INDEX releases_plugin_news ON releases (plugin_id, published_at DESC) WHERE state IN ('published', 'deprecated');
