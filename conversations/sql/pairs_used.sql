-- Until when each contact's pair with a number is used up: after every attempt, that attempt and all
-- later ones have their interval ($4) each. From the contacts to their few sends: by the bare number
-- SQLite would walk through all that it ever sent.
SELECT a.contact_id, max(a.attempted_at + a.place * $4::bigint) AS used_up
  FROM (SELECT s.contact_id, s.attempted_at,
               row_number() OVER (PARTITION BY s.contact_id ORDER BY s.attempted_at DESC) AS place
          FROM ({batch}) AS b
          JOIN send s ON s.tenant_id = $1::uuid AND s.contact_id = b.id
         WHERE coalesce(s.number_id, s.id) = $2::uuid AND s.attempted_at > $3) AS a
 GROUP BY a.contact_id
