-- They blocked this number: nothing reaches them, until they write again.
UPDATE conversation SET unreachable_because = 130403
  FROM ({batch}) AS b
 WHERE conversation.tenant_id = $1::uuid AND conversation.id = b.id
   AND conversation.last_inbound_at <= b.at
