-- Threads of a batch in which the last words are not ours, or that rest, are silent no more.
DELETE FROM thread_silence
 WHERE tenant_id = $1::uuid
   AND conversation_id IN (
        SELECT b.id FROM ({batch}) AS b
          JOIN conversation v ON v.tenant_id = $1::uuid AND v.id = b.id
          LEFT JOIN message m ON m.tenant_id = $1::uuid AND m.id = v.last_message_id
         WHERE v.state IN ('merged', 'resolved') OR m.id IS NULL OR m.direction <> 'out')
