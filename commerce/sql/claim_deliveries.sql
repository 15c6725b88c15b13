-- Claim shops' next deliveries in order of arrival. The fencing number tells a worker that overslept
-- its lease. An array is chosen once; joined to the update, PostgreSQL might choose again for every row.
UPDATE store_delivery
   SET lease_until = $2, fence = fence + 1, attempts = attempts + 1
 WHERE id = ANY (ARRAY(
        SELECT id FROM store_delivery
         WHERE state = 'stored' AND lease_until < $1
         ORDER BY id
         LIMIT $3::bigint
           FOR UPDATE SKIP LOCKED
       ))
RETURNING id, store_id, topic, fence, attempts, triggered_at, received_at, intake_key, body_sealed
