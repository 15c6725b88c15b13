-- 0037: how fast a number sends (F24).

-- The rate to which it was cut last, when and why; from there it grows again by the clock.
ALTER TABLE number ADD COLUMN rate_cut_to integer;
ALTER TABLE number ADD COLUMN rate_cut_at bigint NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN rate_cut_because text;
