-- Set down that these are about to go, and as what: only those whose lease holds still. What stands in
-- no thread yet comes into one with it.
UPDATE send
   SET attempted_at = $2, attempts = send.attempts + 1, category = b.category,
       pace_kind = b.pace_kind,
       conversation_id = coalesce(b.conversation_id, send.conversation_id),
       message_id = coalesce(b.message_id, send.message_id),
       content_sealed = coalesce(b.content_sealed, send.content_sealed)
  FROM ({batch}) AS b
 WHERE send.tenant_id = $1::uuid AND send.id = b.id AND send.fence = b.fence
   AND send.state = 'claimed' AND send.lease_until > $2
RETURNING send.id, send.conversation_id, send.message_id
