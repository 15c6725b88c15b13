-- What all statuses kept for these messages come to. In a group the first participant counts.
-- LATERAL with LIMIT: whatever the planner believes of the tables, two short index walks a message.
SELECT k.message_id, f.*
  FROM ({batch}) AS t
  CROSS JOIN LATERAL (
        SELECT message_id FROM message_key
         WHERE tenant_id = $1::uuid AND number_id = t.number_id AND token = t.token
         LIMIT 1) k
  CROSS JOIN LATERAL (
        SELECT min(at) FILTER (WHERE status = 'sent') AS sent_at,
               min(at) FILTER (WHERE status = 'delivered') AS delivered_at,
               min(at) FILTER (WHERE status = 'read') AS read_at,
               min(at) FILTER (WHERE status = 'played') AS played_at,
               min(at) FILTER (WHERE status = 'failed') AS failed_at,
               min(error_code) FILTER (WHERE status = 'failed') AS error_code
          FROM message_status
         WHERE tenant_id = $1::uuid AND number_id = t.number_id AND wamid_token = t.token
        HAVING count(*) > 0) f
