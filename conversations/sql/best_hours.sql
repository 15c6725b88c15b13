-- The hour of the day in which each contact wrote and read most; a batch's row is a span of time in
-- which their clock was so far ahead of UTC. What nobody read has no time and lies in no span; it is
-- not asked for by read_at: PostgreSQL, which has seen few read so far, would take them for none and
-- hold each of the tenant's messages against each row of the batch.
SELECT h.contact_id, h.hour
  FROM (SELECT t.contact_id, t.hour,
               sum(count(*)) OVER (PARTITION BY t.contact_id) AS seen,
               row_number() OVER (PARTITION BY t.contact_id
                                      ORDER BY count(*) DESC, max(t.at) DESC) AS place
          FROM (SELECT b.contact_id, b.begins, b.ends,
                       CASE m.direction WHEN 'in' THEN m.provider_at ELSE m.read_at END AS at,
                       (CASE m.direction WHEN 'in' THEN m.provider_at ELSE m.read_at END + b.ahead)
                           / 3600000000 % 24 AS hour
                  FROM ({batch}) AS b
                  JOIN message m ON m.tenant_id = $1::uuid AND m.contact_id = b.contact_id
                   AND m.direction IN ('in', 'out')
               ) AS t
         WHERE t.at >= t.begins AND t.at < t.ends
         GROUP BY t.contact_id, t.hour) AS h
 WHERE h.place = 1 AND h.seen >= $2::bigint
