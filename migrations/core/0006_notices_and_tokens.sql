-- Why a published release is no longer offered, or is no longer recommended.
ALTER TABLE releases ADD COLUMN yank_reason TEXT;   -- set while yanked
ALTER TABLE releases ADD COLUMN notice TEXT;        -- what a deprecated release says; survives a yank
ALTER TABLE releases ADD COLUMN replacement TEXT;   -- name of a plugin to use instead

-- A token made with another ends with it.
ALTER TABLE tokens ADD COLUMN parent_id INTEGER REFERENCES tokens (id) ON DELETE RESTRICT;
CREATE INDEX tokens_parent ON tokens (parent_id) WHERE parent_id IS NOT NULL;
