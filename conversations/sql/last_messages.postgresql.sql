-- The last messages of each of these threads: one short walk down the thread's index per thread,
-- however long the threads are.
SELECT {columns}
  FROM ({batch}) AS b
  CROSS JOIN LATERAL (
        SELECT * FROM message l
         WHERE l.tenant_id = $1::uuid AND l.conversation_id = b.id
         ORDER BY l.provider_at DESC, l.tie DESC, l.id DESC
         LIMIT $2::bigint) m
  {changes}
 ORDER BY m.conversation_id, m.provider_at, m.tie, m.id
