-- The platform's window closed before ours (contract 5.1).
UPDATE conversation SET window_closed_at = b.at
  FROM ({batch}) AS b
 WHERE conversation.tenant_id = $1::uuid AND conversation.id = b.id
   AND conversation.last_inbound_at <= b.at AND conversation.window_closed_at > b.at
