-- 0036: how fast a number sends, and what the platform tells of it when it is asked (F24).

-- The rate to which it was cut last, when and why; from there it grows again by the clock.
ALTER TABLE number ADD COLUMN rate_cut_to integer;
ALTER TABLE number ADD COLUMN rate_cut_at integer NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN rate_cut_because text;
-- Until when it sends no promotions, and why.
ALTER TABLE number ADD COLUMN promotions_held_until integer NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN promotions_held_because text;
-- When its quality was told, its state and mode in the platform's words, and when it is asked next.
ALTER TABLE number ADD COLUMN quality_at integer NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN platform_status text;
ALTER TABLE number ADD COLUMN account_mode text;
ALTER TABLE number ADD COLUMN asked_at integer;
ALTER TABLE number ADD COLUMN ask_due_at integer NOT NULL DEFAULT 0;
CREATE INDEX number_ask_due ON number (ask_due_at);
