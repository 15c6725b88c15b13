-- Free entry points told by statuses of these messages hold for their threads (contract 5.2).
WITH touched AS (
    {batch}
), told AS (
    SELECT m.conversation_id, max(s.entry_until) AS entry_until
      FROM touched t
      JOIN message_status s
        ON s.tenant_id = $1::uuid AND s.number_id = t.number_id AND s.wamid_token = t.token
       AND s.entry_until IS NOT NULL
      JOIN message_key k
        ON k.tenant_id = $1::uuid AND k.number_id = t.number_id AND k.token = t.token
      JOIN message m ON m.tenant_id = $1::uuid AND m.id = k.message_id
     GROUP BY m.conversation_id
)
UPDATE conversation
   SET free_entry_until = told.entry_until
  FROM told
 WHERE conversation.tenant_id = $1::uuid AND conversation.id = told.conversation_id
   AND conversation.free_entry_until < told.entry_until
