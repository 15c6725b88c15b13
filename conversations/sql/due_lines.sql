-- Numbers that have something to send now and are not held back, and how much, up to $2, of each of
-- their queues: what belongs to no mailing, and each mailing that runs. One short look into an index
-- for each.
SELECT n.tenant_id, n.id AS number_id, n.phone_number_id, NULL AS mailing_id, NULL AS mailing_per_second,
       (SELECT count(*) FROM (SELECT 1 FROM send s
                               WHERE s.tenant_id = n.tenant_id AND s.number_id = n.id
                                 AND s.mailing_id IS NULL
                                 AND s.state = 'queued' AND s.due_at <= $1
                               LIMIT $2::bigint) AS first_ones) AS due
  FROM number n
 WHERE n.state = 'connected' AND n.held_until <= $1
   AND EXISTS (SELECT 1 FROM send s
                WHERE s.tenant_id = n.tenant_id AND s.number_id = n.id AND s.mailing_id IS NULL
                  AND s.state = 'queued' AND s.due_at <= $1)
   AND NOT EXISTS (SELECT 1 FROM sending_halt h
                    WHERE h.tenant_id = n.tenant_id AND h.released_at IS NULL)
 UNION ALL
SELECT n.tenant_id, n.id, n.phone_number_id, m.id, m.per_second,
       (SELECT count(*) FROM (SELECT 1 FROM send s
                               WHERE s.tenant_id = m.tenant_id AND s.mailing_id = m.id
                                 AND s.state = 'queued' AND s.due_at <= $1
                               LIMIT $2::bigint) AS first_ones)
  FROM mailing m
  JOIN number n ON n.tenant_id = m.tenant_id AND n.id = m.number_id
 WHERE m.state = 'running' AND m.settled_at IS NULL AND m.frozen_at IS NOT NULL
   AND n.state = 'connected' AND n.held_until <= $1
   AND EXISTS (SELECT 1 FROM send s
                WHERE s.tenant_id = m.tenant_id AND s.mailing_id = m.id
                  AND s.state = 'queued' AND s.due_at <= $1)
   AND NOT EXISTS (SELECT 1 FROM sending_halt h
                    WHERE h.tenant_id = n.tenant_id AND h.released_at IS NULL)
