-- Claim the next sends of a number, for so long, under a new fencing number. Nothing is attempted yet.
UPDATE send
   SET state = 'claimed', lease_until = $4, fence = fence + 1, attempted_at = NULL
 WHERE tenant_id = $1::uuid
   AND id IN (
        SELECT s.id FROM send s
         WHERE s.tenant_id = $1::uuid AND s.number_id = $2::uuid
           AND s.state = 'queued' AND s.due_at <= $3
         ORDER BY s.due_at, s.id
         LIMIT $5::bigint
           FOR UPDATE SKIP LOCKED
       )
RETURNING id, contact_id, subject_id, number_id, conversation_id, message_id, template_name,
          template_language, origin, origin_id, topic, pace_kind, occasion, occasion_id, content_sealed,
          created_at, expires_at, fence, attempts
