-- Claim sends that were being handed over by e-mail, where their worker died or their next try is due.
-- Both words on the state: the first is that of the index of leases, which SQLite takes literally.
WITH first_ones AS MATERIALIZED (
    SELECT s.id FROM send s
     WHERE s.tenant_id = $1::uuid AND s.state IN ('claimed', 'unknown') AND s.state = 'claimed'
       AND s.way = 'email' AND s.lease_until <= $2
     ORDER BY s.lease_until, s.id
     LIMIT $4::bigint
       FOR UPDATE SKIP LOCKED
)
UPDATE send SET lease_until = $3, fence = fence + 1
 WHERE tenant_id = $1::uuid AND id IN (SELECT f.id FROM first_ones f)
RETURNING id, contact_id, subject_id, number_id, conversation_id, message_id, mailing_id,
          template_name, template_language, origin, origin_id, topic, pace_kind, occasion,
          occasion_id, content_sealed, created_at, expires_at, fence, attempts
