-- 0036: room on the pages of tables whose rows change soon after they are written. An update that
-- changes no indexed column and finds room on its page writes to no index.

ALTER TABLE message SET (fillfactor = 80);
ALTER TABLE delivery SET (fillfactor = 60);
