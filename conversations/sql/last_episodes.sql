-- The last episode of each of these threads.
SELECT e.conversation_id, e.ordinal, e.starter, e.mode, e.started_at, e.first_answer_at, e.last_at,
       e.last_direction, e.turns, e.messages, e.ended_at, e.end_reason
  FROM ({batch}) AS b
  JOIN episode e ON e.tenant_id = $1::uuid AND e.conversation_id = b.conversation_id
 WHERE e.ordinal = (SELECT max(x.ordinal) FROM episode x
                     WHERE x.tenant_id = $1::uuid AND x.conversation_id = b.conversation_id)
