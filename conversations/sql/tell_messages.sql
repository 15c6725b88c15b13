-- Outgoing messages learn what became of them before any status came.
UPDATE message
   SET status = b.status,
       wamid_token = coalesce(b.wamid_token, message.wamid_token),
       wamid_sealed = coalesce(b.wamid_sealed, message.wamid_sealed),
       failed_at = b.failed_at,
       error_code = b.error_code
  FROM ({batch}) AS b
 WHERE message.tenant_id = $1::uuid AND message.id = b.id
