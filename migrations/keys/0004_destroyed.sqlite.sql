-- How much of the list beside the keyring of what was destroyed this database holds: one that is
-- behind was restored from a backup (kernel/lasting.py).
CREATE TABLE destroyed_mark (
    name text NOT NULL PRIMARY KEY,
    position integer NOT NULL
);
INSERT INTO destroyed_mark (name, position) VALUES ('all', 0);
