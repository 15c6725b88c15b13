-- They have had enough promotions for now, of everybody's: a day for the first time within 30 days, one
-- more each time; numbers of the United States never get any (contract 5.8).
UPDATE conversation
   SET enough_until = GREATEST(enough_until, b.at + 86400000000 *
       CASE WHEN (SELECT c.country FROM contact c
                   WHERE c.tenant_id = $1::uuid AND c.id = conversation.contact_id) = 'US'
            THEN 3650
            ELSE (SELECT count(*) FROM message m
                   WHERE m.tenant_id = $1::uuid AND m.conversation_id = b.id
                     AND m.error_code = 131049 AND m.failed_at > b.at - 30 * 86400000000)
       END)
  FROM ({batch}) AS b
 WHERE conversation.tenant_id = $1::uuid AND conversation.id = b.id
