-- Those of these messages that statuses have come for. A scalar subquery: always an index walk each.
SELECT t.number_id, t.token
  FROM ({batch}) AS t
 WHERE (SELECT count(*) FROM (SELECT 1 FROM message_status s
                               WHERE s.tenant_id = $1::uuid
                                 AND s.number_id = t.number_id AND s.wamid_token = t.token
                               LIMIT 1) AS first_one) > 0
