-- The state of messages from all statuses kept for them; only what changes is written and told.
WITH folded AS (
{folded}
)
UPDATE message
   SET sent_at = f.sent_at,
       delivered_at = f.delivered_at,
       read_at = f.read_at,
       played_at = f.played_at,
       failed_at = f.failed_at,
       error_code = f.error_code,
       status = CASE WHEN f.played_at IS NOT NULL THEN 'played'
                     WHEN f.read_at IS NOT NULL THEN 'read'
                     WHEN f.delivered_at IS NOT NULL THEN 'delivered'
                     WHEN f.failed_at IS NOT NULL THEN 'failed'
                     WHEN f.sent_at IS NOT NULL THEN 'sent'
                     ELSE message.status END
  FROM folded f
 WHERE message.tenant_id = $1::uuid AND message.id = f.message_id AND message.direction = 'out'
   AND (message.sent_at IS DISTINCT FROM f.sent_at
        OR message.delivered_at IS DISTINCT FROM f.delivered_at
        OR message.read_at IS DISTINCT FROM f.read_at
        OR message.played_at IS DISTINCT FROM f.played_at
        OR message.failed_at IS DISTINCT FROM f.failed_at)
RETURNING message.id, message.conversation_id, message.contact_id, message.status,
          message.number_id, message.failed_at, message.error_code
