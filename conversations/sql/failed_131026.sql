-- Two in a row came to nobody: no account any more, or none that takes them. Until they write again.
UPDATE conversation SET unreachable_because = 131026
  FROM ({batch}) AS b
 WHERE conversation.tenant_id = $1::uuid AND conversation.id = b.id
   AND conversation.last_inbound_at <= b.at
   AND (SELECT count(*) FROM message m
         WHERE m.tenant_id = $1::uuid AND m.conversation_id = b.id AND m.error_code = 131026
           AND m.failed_at >= conversation.last_inbound_at
           AND m.failed_at > coalesce((SELECT max(d.delivered_at) FROM message d
                                        WHERE d.tenant_id = $1::uuid AND d.conversation_id = b.id), 0)
       ) >= 2
