-- Claim the next deliveries: lane 0 (people's messages) before lane 1 (statuses and the rest), each
-- in order of arrival. The fencing number tells a worker that overslept its lease. An array is chosen
-- once; joined to the update, PostgreSQL might choose again for every row, or walk the whole table.
UPDATE delivery
   SET lease_until = $2, fence = fence + 1, attempts = attempts + 1
 WHERE id = ANY (ARRAY(
        SELECT id FROM delivery
         WHERE state = 'stored' AND lease_until < $1
         ORDER BY lane, id
         LIMIT $3::bigint
           FOR UPDATE SKIP LOCKED
       ))
RETURNING id, app, token, fence, attempts, received_at, intake_key, body_sealed
