-- One page of the episodes of a thread, by their number.
SELECT e.id, e.conversation_id, e.ordinal, e.starter, e.mode, e.started_at, e.first_answer_at,
       e.last_at, e.turns, e.messages, e.ended_at, e.end_reason
  FROM episode e
 WHERE e.tenant_id = $1::uuid
   AND e.conversation_id = $3::uuid
   /* conditions */
 ORDER BY e.ordinal {direction}
 LIMIT $2::bigint
