-- Messages of each of these threads from one end: one short walk along its index per thread,
-- however long the threads are. (SQLite has no LATERAL; its correlated IN does the same.)
SELECT {columns}
  FROM ({batch}) AS b
  JOIN message m
    ON +m.tenant_id = $1  -- the plus: found by row, not by its index
   AND m.rowid IN (SELECT l.rowid FROM message l
                    WHERE l.tenant_id = $1 AND l.conversation_id = b.id
                    ORDER BY l.provider_at {direction}, l.tie {direction}, l.id {direction}
                    LIMIT $2)
  {changes}
 ORDER BY m.conversation_id, m.provider_at {direction}, m.tie {direction}, m.id {direction}
