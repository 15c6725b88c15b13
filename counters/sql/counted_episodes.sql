SELECT e.conversation_id, e.ordinal, e.starter, e.started_at, e.ended_at, e.end_reason,
       e.turns, e.last_at
  FROM ({batch}) AS b
  JOIN episode e ON e.tenant_id = $1::uuid AND e.id = b.id
 ORDER BY e.conversation_id, e.ordinal
