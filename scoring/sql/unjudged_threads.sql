-- The next threads in which the last words are ours, and that nobody noted.
SELECT v.id FROM conversation v
  JOIN message m ON m.tenant_id = $1::uuid AND m.id = v.last_message_id AND m.direction = 'out'
 WHERE v.tenant_id = $1::uuid AND v.id > $2::uuid AND v.state NOT IN ('merged', 'resolved')
   AND NOT EXISTS (SELECT 1 FROM thread_silence s
                    WHERE s.tenant_id = $1::uuid AND s.conversation_id = v.id)
 ORDER BY v.id LIMIT $3::bigint
