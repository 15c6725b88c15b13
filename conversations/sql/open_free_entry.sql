-- Free entry points told by statuses of these messages hold for their threads (contract 5.2).
-- Scalar subqueries: on both databases always index walks from the few to the many.
WITH told AS (
    SELECT (SELECT m.conversation_id
              FROM message m
             WHERE m.tenant_id = $1::uuid
               AND m.id = (SELECT k.message_id FROM message_key k
                            WHERE k.tenant_id = $1::uuid
                              AND k.number_id = t.number_id AND k.token = t.token)
           ) AS conversation_id,
           (SELECT max(s.entry_until)
              FROM message_status s
             WHERE s.tenant_id = $1::uuid
               AND s.number_id = t.number_id AND s.wamid_token = t.token
           ) AS entry_until
      FROM ({batch}) AS t
), longest AS (
    SELECT conversation_id, max(entry_until) AS entry_until
      FROM told
     WHERE entry_until IS NOT NULL
     GROUP BY conversation_id
)
UPDATE conversation
   SET free_entry_until = longest.entry_until
  FROM longest
 WHERE conversation.tenant_id = $1::uuid AND conversation.id = longest.conversation_id
   AND conversation.free_entry_until < longest.entry_until
