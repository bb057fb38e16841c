-- A plugin taken off the shelves by its publisher or by the desk, with what it goes back to. *at is Unix seconds UTC.
CREATE TABLE plugin_suspensions (
  plugin_id INTEGER PRIMARY KEY REFERENCES plugins (id) ON DELETE RESTRICT,
  by_desk INTEGER NOT NULL CHECK (by_desk IN (0, 1)), -- then only the desk ends it
  reason TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  state TEXT NOT NULL,                                -- of the plugin before
  listed INTEGER NOT NULL CHECK (listed IN (0, 1)),   -- and whether it stood on lists
  at INTEGER NOT NULL
) STRICT;

-- Packing its files again with the encoder it names gives the same bytes: 'yes' or 'no'; null: nobody could say.
ALTER TABLE releases ADD COLUMN reproducible TEXT CHECK (reproducible IN ('yes', 'no'));

-- A publisher that lost all its keys names the one to come; after a week the marketplace may sign it in. One request each.
CREATE TABLE key_recoveries (
  publisher_id INTEGER PRIMARY KEY REFERENCES publishers (id) ON DELETE RESTRICT,
  key_id TEXT NOT NULL,
  public_key TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE RESTRICT,
  requested_at INTEGER NOT NULL
) STRICT;
