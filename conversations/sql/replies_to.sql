-- What messages of people are to messages of ours in the same thread. A quoted message is known by its
-- platform id, which comes with the platform's answer.
SELECT b.theirs, b.ours,
       CASE WHEN m.reply_to_token = p.wamid_token THEN 1 ELSE 0 END AS quotes,
       CASE WHEN (m.reply_to_token IS NULL OR p.wamid_token IS NULL)
             AND p.id = (SELECT x.id FROM message x
                          WHERE x.tenant_id = $1::uuid AND x.conversation_id = p.conversation_id
                            AND x.direction = 'out'
                            AND x.provider_at < m.provider_at + 1000000
                          ORDER BY x.provider_at DESC, x.id DESC LIMIT 1)
            THEN 1 ELSE 0 END AS follows
  FROM ({batch}) AS b
  JOIN message m ON m.tenant_id = $1::uuid AND m.id = b.theirs AND m.direction = 'in'
  JOIN message p
    ON p.tenant_id = $1::uuid AND p.id = b.ours AND p.conversation_id = m.conversation_id
