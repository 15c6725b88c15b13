-- Claim sends that go by e-mail while their number is down, for so long, under a new fencing number.
-- What waits after an attempt that failed is taken before its time; what may have gone (unknown) never.
WITH first_ones AS MATERIALIZED (
    SELECT s.id FROM send s
     WHERE s.tenant_id = $1::uuid AND s.state = 'queued' AND s.way IS NULL
       AND s.mailing_id IS NULL AND (s.due_at <= $2 OR (s.attempts > 0 AND s.due_at <= $5::bigint))
       AND /* goes by e-mail */
       AND NOT EXISTS (SELECT 1 FROM sending_halt h
                        WHERE h.tenant_id = $1::uuid AND h.released_at IS NULL)
     ORDER BY s.due_at, s.id
     LIMIT $4::bigint
       FOR UPDATE SKIP LOCKED
)
UPDATE send
   SET state = 'claimed', lease_until = $3, fence = fence + 1, attempted_at = NULL
 WHERE tenant_id = $1::uuid AND id IN (SELECT f.id FROM first_ones f)
RETURNING id, contact_id, subject_id, number_id, conversation_id, message_id, mailing_id,
          template_name, template_language, origin, origin_id, topic, pace_kind, occasion,
          occasion_id, content_sealed, created_at, expires_at, fence, attempts
