-- The customer's last message of a thread, or the last one that is not after a given message ($3).
SELECT v.number_id,
       (SELECT m.id FROM message m
         WHERE m.tenant_id = $1::uuid AND m.conversation_id = v.id
           AND m.direction = 'in' AND m.origin = 'live' AND m.group_token IS NULL
           AND ($3::uuid IS NULL
                OR (m.provider_at, m.tie) <= (SELECT u.provider_at, u.tie FROM message u
                                               WHERE u.tenant_id = $1::uuid AND u.id = $3::uuid))
         ORDER BY m.provider_at DESC, m.tie DESC LIMIT 1) AS message_id
  FROM conversation v
 WHERE v.tenant_id = $1::uuid AND v.id = $2::uuid AND v.state <> 'merged'
