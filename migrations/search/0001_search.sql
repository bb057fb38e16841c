-- Derived from the catalogue of record and rebuilt from it by command; holds only what anybody may see.
CREATE TABLE generation (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,                -- +1 with every rebuild: cursors of another one are out of date
  started_at INTEGER NOT NULL,
  finished_at INTEGER                     -- null while plugins of the catalogue are still to come
) STRICT;
INSERT INTO generation (one, number, started_at, finished_at) VALUES (1, 1, 0, 0);

-- Up to which change a plugin is projected; stays when its card goes, so that nothing older brings it back.
CREATE TABLE projected (
  plugin_id INTEGER PRIMARY KEY,
  change_id INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  at INTEGER NOT NULL                     -- Unix seconds, when its facts were read
) STRICT;
CREATE INDEX projected_oldest ON projected (at);

-- One row per plugin that anybody may see: all a list needs.
CREATE TABLE cards (
  id INTEGER PRIMARY KEY,                 -- the plugin's
  name TEXT NOT NULL UNIQUE,
  folded TEXT NOT NULL,                   -- name, display name and description without case, by line
  display_folded TEXT NOT NULL,           -- display name without case and diacritics
  publisher_id INTEGER NOT NULL,
  publisher TEXT NOT NULL,                -- handle
  type TEXT NOT NULL,
  category TEXT NOT NULL,
  downloads INTEGER NOT NULL,
  rating REAL NOT NULL,                   -- mean as shown
  created_at INTEGER NOT NULL,
  released_at INTEGER NOT NULL,
  version_sort TEXT NOT NULL,
  min_app_sort TEXT NOT NULL,
  max_app_sort TEXT,
  is_verified INTEGER NOT NULL,
  is_free INTEGER NOT NULL,
  has_trial INTEGER NOT NULL,
  is_paid INTEGER NOT NULL,
  no_network INTEGER NOT NULL,
  no_personal INTEGER NOT NULL,
  rank REAL NOT NULL,                     -- score without text, as of the projection
  facts TEXT NOT NULL,                    -- JSON: what ranking and facets ask of it
  card TEXT NOT NULL                      -- JSON PluginCard
) STRICT;
-- Every order of every list that the host's filters make, read from an index: twenty rows shown are twenty rows read.
CREATE INDEX cards_downloads ON cards (downloads DESC, name);
CREATE INDEX cards_rating ON cards (rating DESC, name);
CREATE INDEX cards_created ON cards (created_at DESC, name);
CREATE INDEX cards_released ON cards (released_at DESC, name);
CREATE INDEX cards_rank ON cards (rank DESC, name);
CREATE INDEX cards_type_downloads ON cards (type, downloads DESC, name);
CREATE INDEX cards_type_rating ON cards (type, rating DESC, name);
CREATE INDEX cards_type_created ON cards (type, created_at DESC, name);
CREATE INDEX cards_type_released ON cards (type, released_at DESC, name);
CREATE INDEX cards_type_rank ON cards (type, rank DESC, name);
CREATE INDEX cards_type_name ON cards (type, name);
CREATE INDEX cards_category_downloads ON cards (category, downloads DESC, name);
CREATE INDEX cards_category_rating ON cards (category, rating DESC, name);
CREATE INDEX cards_category_created ON cards (category, created_at DESC, name);
CREATE INDEX cards_category_released ON cards (category, released_at DESC, name);
CREATE INDEX cards_category_rank ON cards (category, rank DESC, name);
CREATE INDEX cards_category_name ON cards (category, name);
CREATE INDEX cards_both_downloads ON cards (category, type, downloads DESC, name);
CREATE INDEX cards_both_rating ON cards (category, type, rating DESC, name);
CREATE INDEX cards_both_created ON cards (category, type, created_at DESC, name);
CREATE INDEX cards_both_released ON cards (category, type, released_at DESC, name);
CREATE INDEX cards_both_rank ON cards (category, type, rank DESC, name);
CREATE INDEX cards_both_name ON cards (category, type, name);
CREATE INDEX cards_publisher ON cards (publisher_id, downloads DESC, name);
CREATE INDEX cards_display ON cards (display_folded) WHERE is_verified = 1;

-- Tags and permissions: what a plugin has several of.
CREATE TABLE card_facets (
  facet TEXT NOT NULL,                    -- tag, permission
  value TEXT NOT NULL,
  card_id INTEGER NOT NULL,
  PRIMARY KEY (facet, value, card_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_facets_card ON card_facets (card_id);

-- How many cards there are of each kind, so that a total never counts rows.
CREATE TABLE card_counts (
  type TEXT NOT NULL,
  category TEXT NOT NULL,
  stars INTEGER NOT NULL,                 -- whole stars of the mean, 0–5
  count INTEGER NOT NULL,
  PRIMARY KEY (type, category, stars)
) STRICT, WITHOUT ROWID;
CREATE TABLE facet_counts (
  facet TEXT NOT NULL,
  value TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (facet, value)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER cards_counted AFTER INSERT ON cards BEGIN
  INSERT INTO card_counts (type, category, stars, count) VALUES (NEW.type, NEW.category, CAST(NEW.rating AS INTEGER), 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
  INSERT INTO facet_counts (facet, value, count)
    SELECT e.value ->> 0, e.value ->> 1, 1 FROM json_each(json_array(json_array('price', 'free', NEW.is_free),
      json_array('price', 'trial', NEW.has_trial), json_array('price', 'paid', NEW.is_paid),
      json_array('network', 'none', NEW.no_network), json_array('personal', 'none', NEW.no_personal),
      json_array('verified', 'yes', NEW.is_verified))) e WHERE e.value ->> 2 = 1
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER cards_uncounted AFTER DELETE ON cards BEGIN
  UPDATE card_counts SET count = count - 1
    WHERE type = OLD.type AND category = OLD.category AND stars = CAST(OLD.rating AS INTEGER);
  UPDATE facet_counts SET count = count - 1 WHERE (facet = 'price' AND value = 'free' AND OLD.is_free = 1)
    OR (facet = 'price' AND value = 'trial' AND OLD.has_trial = 1) OR (facet = 'price' AND value = 'paid' AND OLD.is_paid = 1)
    OR (facet = 'network' AND value = 'none' AND OLD.no_network = 1)
    OR (facet = 'personal' AND value = 'none' AND OLD.no_personal = 1)
    OR (facet = 'verified' AND value = 'yes' AND OLD.is_verified = 1);
  DELETE FROM card_facets WHERE card_id = OLD.id;
  DELETE FROM words WHERE rowid = OLD.id;
  DELETE FROM grams WHERE rowid = OLD.id;
END;
CREATE TRIGGER card_facets_counted AFTER INSERT ON card_facets BEGIN
  INSERT INTO facet_counts (facet, value, count) VALUES (NEW.facet, NEW.value, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER card_facets_uncounted AFTER DELETE ON card_facets BEGIN
  UPDATE facet_counts SET count = count - 1 WHERE facet = OLD.facet AND value = OLD.value;
END;

-- Words without case and diacritics, no stemmer: half of our texts are German.
CREATE VIRTUAL TABLE words USING fts5(name, display, tags, summary, publisher, readme, tokenize = 'unicode61 remove_diacritics 2');
-- Three letters at a time: the host's contains-match, and words that are misspelled.
CREATE VIRTUAL TABLE grams USING fts5(name, display, summary, tokenize = 'trigram');
