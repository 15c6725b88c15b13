-- What all statuses kept for these messages come to. In a group the first participant counts.
-- CROSS JOIN: SQLite then walks in this order, by index, instead of reading a whole table first.
SELECT k.message_id,
       min(s.at) FILTER (WHERE s.status = 'sent') AS sent_at,
       min(s.at) FILTER (WHERE s.status = 'delivered') AS delivered_at,
       min(s.at) FILTER (WHERE s.status = 'read') AS read_at,
       min(s.at) FILTER (WHERE s.status = 'played') AS played_at,
       min(s.at) FILTER (WHERE s.status = 'failed') AS failed_at,
       min(s.error_code) FILTER (WHERE s.status = 'failed') AS error_code
  FROM ({batch}) AS t
  CROSS JOIN message_key k
  CROSS JOIN message_status s
 WHERE k.tenant_id = $1 AND k.number_id = t.number_id AND k.token = t.token
   AND s.tenant_id = $1 AND s.number_id = t.number_id AND s.wamid_token = t.token
 GROUP BY k.message_id
