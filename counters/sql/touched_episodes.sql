-- The episodes of threads from the one before a moment on: with a message there, that one may have
-- ended, or become another.
SELECT e.conversation_id, e.ordinal, e.starter, e.started_at, e.ended_at, e.end_reason,
       e.turns, e.last_at
  FROM ({batch}) AS b
  JOIN episode e ON e.tenant_id = $1::uuid AND e.conversation_id = b.conversation_id
   AND e.ordinal >= (SELECT coalesce(max(x.ordinal), 1) - 1 FROM episode x
                      WHERE x.tenant_id = $1::uuid AND x.conversation_id = b.conversation_id
                        AND x.started_at <= b.at)
 ORDER BY e.conversation_id, e.ordinal
