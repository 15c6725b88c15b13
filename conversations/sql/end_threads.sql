-- Threads of each of these contacts from one end, by their last message. As in a page, those that
-- were merged are left out.
SELECT {columns}
  FROM (SELECT x.*, row_number() OVER (
                        PARTITION BY x.contact_id
                            ORDER BY x.last_message_at {direction}, x.id {direction}) AS place
          FROM ({batch}) AS b
          JOIN conversation x ON x.tenant_id = $1::uuid AND x.contact_id = b.id
                             AND x.state <> 'merged') AS c
 WHERE c.place <= $2::bigint
 ORDER BY c.contact_id, c.place
