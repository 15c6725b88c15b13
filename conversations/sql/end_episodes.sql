-- Episodes of each of these threads from one end, by their number.
SELECT e.id, e.conversation_id, e.ordinal, e.starter, e.mode, e.started_at, e.first_answer_at,
       e.last_at, e.turns, e.messages, e.ended_at, e.end_reason
  FROM (SELECT x.*, row_number() OVER (
                        PARTITION BY x.conversation_id ORDER BY x.ordinal {direction}) AS place
          FROM ({batch}) AS b
          JOIN episode x ON x.tenant_id = $1::uuid AND x.conversation_id = b.id) AS e
 WHERE e.place <= $2::bigint
 ORDER BY e.conversation_id, e.place
