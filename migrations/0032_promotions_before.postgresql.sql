-- 0032: what promoted something before there were kinds counts as that, but for what asked for the
-- consent to it (F22).

ALTER TABLE send NO FORCE ROW LEVEL SECURITY;
UPDATE send SET pace_kind = 'promotion' WHERE category = 'marketing' AND occasion IS NULL;
ALTER TABLE send FORCE ROW LEVEL SECURITY;
