-- Events after a cursor, in order. SQLite's writers stand in line, so positions commit in order.
SELECT tenant_id, id, position, kind, at, refs
  FROM outbox
 WHERE (position, id) > ($1, $2)
   /* of tenant */
 ORDER BY position, id
 LIMIT $3
