-- Claim the next sends of a queue (of a number, or of a mailing that runs), for so long, under a new
-- fencing number. Nothing is attempted yet. MATERIALIZED: chosen once, so never more than $5; joined
-- to the update, PostgreSQL may choose again for every row, and skip what it has locked itself.
WITH first_ones AS MATERIALIZED (
    SELECT s.id FROM send s
     WHERE s.tenant_id = $1::uuid AND /* queue */
       AND s.state = 'queued' AND s.due_at <= $3
       AND NOT EXISTS (SELECT 1 FROM sending_halt h
                        WHERE h.tenant_id = $1::uuid AND h.released_at IS NULL)
     ORDER BY s.due_at, s.id
     LIMIT $5::bigint
       FOR UPDATE SKIP LOCKED
)
UPDATE send
   SET state = 'claimed', lease_until = $4, fence = fence + 1, attempted_at = NULL
 WHERE tenant_id = $1::uuid AND id IN (SELECT f.id FROM first_ones f)
RETURNING id, contact_id, subject_id, number_id, conversation_id, message_id, mailing_id,
          template_name, template_language, origin, origin_id, topic, pace_kind, occasion,
          occasion_id, content_sealed, created_at, expires_at, fence, attempts
