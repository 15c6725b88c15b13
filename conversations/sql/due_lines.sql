-- Numbers that have something to send now and are not held back, and how much, up to $2; one short
-- look into an index for each.
SELECT n.tenant_id, n.id AS number_id, n.phone_number_id, n.throughput,
       (SELECT count(*) FROM (SELECT 1 FROM send s
                               WHERE s.tenant_id = n.tenant_id AND s.number_id = n.id
                                 AND s.state = 'queued' AND s.due_at <= $1
                               LIMIT $2::bigint) AS first_ones) AS due
  FROM number n
 WHERE n.state = 'connected' AND n.held_until <= $1
   AND EXISTS (SELECT 1 FROM send s
                WHERE s.tenant_id = n.tenant_id AND s.number_id = n.id
                  AND s.state = 'queued' AND s.due_at <= $1)
