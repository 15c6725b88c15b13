-- One page of a campaign's recipients, in the order of their rows in the ledger, and how the message
-- of each stands.
SELECT s.id, s.mailing_id, s.contact_id, s.message_id, s.state, s.decision, s.attempts, s.due_at,
       s.attempted_at, s.settled_at, m.status, m.sent_at, m.delivered_at, m.read_at, m.failed_at,
       coalesce(m.error_code, s.error_code) AS error_code
  FROM send s
  LEFT JOIN message m ON m.tenant_id = $1::uuid AND m.id = s.message_id
 WHERE s.tenant_id = $1::uuid
   /* conditions */
 ORDER BY s.mailing_id {direction}, s.id {direction}
 LIMIT $2::bigint
