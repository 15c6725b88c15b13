-- Episodes by their ids.
SELECT e.id, e.conversation_id, e.ordinal, e.starter, e.mode, e.started_at, e.first_answer_at,
       e.last_at, e.turns, e.messages, e.ended_at, e.end_reason
  FROM ({batch}) AS b
  JOIN episode e ON e.tenant_id = $1::uuid AND e.id = b.id
