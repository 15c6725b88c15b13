-- Threads of a batch in which the last words are ours, and came anywhere or were refused because the
-- person cannot be reached: to be judged $3 after them, or at once where they were judged before.
INSERT INTO thread_silence (tenant_id, conversation_id, contact_id, causes, due_at)
SELECT $1::uuid, v.id, v.contact_id, '[]', GREATEST($2::bigint, m.provider_at + $3::bigint)
  FROM ({batch}) AS b
  JOIN conversation v ON v.tenant_id = $1::uuid AND v.id = b.id
   AND v.state NOT IN ('merged', 'resolved')
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = v.contact_id AND c.state = 'active'
  JOIN message m ON m.tenant_id = $1::uuid AND m.id = v.last_message_id AND m.direction = 'out'
 WHERE m.status IN ('accepted', 'sent', 'delivered', 'read', 'played') OR m.error_code = 131026
    ON CONFLICT (tenant_id, conversation_id) DO UPDATE
   SET contact_id = excluded.contact_id,
       due_at = CASE WHEN thread_silence.state IS NULL THEN excluded.due_at ELSE $2::bigint END
 -- Where it was not judged yet and becomes due no later, there is nothing to write.
 WHERE thread_silence.state IS NOT NULL OR thread_silence.due_at IS DISTINCT FROM excluded.due_at
    OR thread_silence.contact_id <> excluded.contact_id
