-- Of the next events those of some kinds, in order, and the last of all: a reader goes on behind it.
-- `passed` says how many the next events are.
WITH span AS (
/* span */
)
SELECT s.tenant_id, s.id, s.position, s.kind, s.at, s.refs, (SELECT count(*) FROM span) AS passed
  FROM span s
 WHERE s.kind IN (SELECT b.kind FROM ({batch}) AS b)
    OR s.id = (SELECT id FROM span ORDER BY position DESC, id DESC LIMIT 1)
 ORDER BY s.position, s.id
