-- Messages of each of these threads from one end: one short walk along its index per thread,
-- however long the threads are.
SELECT {columns}
  FROM ({batch}) AS b
  CROSS JOIN LATERAL (
        SELECT * FROM message l
         WHERE l.tenant_id = $1::uuid AND l.conversation_id = b.id
         ORDER BY l.provider_at {direction}, l.tie {direction}, l.id {direction}
         LIMIT $2::bigint) m
  {changes}
 ORDER BY m.conversation_id, m.provider_at {direction}, m.tie {direction}, m.id {direction}
