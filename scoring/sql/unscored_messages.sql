-- The next customers' messages without a score, of those whose words may still be read.
SELECT m.id FROM message m
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = m.contact_id AND c.state = 'active'
 WHERE m.tenant_id = $1::uuid AND m.id > $2::uuid AND m.direction = 'in' AND m.kind <> 'call'
   AND NOT EXISTS (SELECT 1 FROM message_score s
                    WHERE s.tenant_id = $1::uuid AND s.message_id = m.id)
 ORDER BY m.id LIMIT $3::bigint
