-- 0024: what a message is about, for people who do not want to hear of everything (F12).

-- A topic's code; empty for none.
ALTER TABLE send ADD COLUMN topic text NOT NULL DEFAULT '';
