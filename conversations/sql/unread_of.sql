-- Messages that came in live after the place up to which this person has read; all where they never
-- opened the thread. What a history sync brought, what others wrote and what was said in a group
-- is nobody's unread mail.
SELECT b.id, count(m.id) AS unread
  FROM ({batch}) AS b
  LEFT JOIN read_mark r
    ON r.tenant_id = $1::uuid AND r.conversation_id = b.id AND r.person_id = $2::uuid
  JOIN message m
    ON m.tenant_id = $1::uuid AND m.conversation_id = b.id
   AND (m.provider_at, m.tie) > (coalesce(r.upto_at, -1), coalesce(r.upto_tie, -1))
   AND m.direction = 'in' AND m.origin = 'live' AND m.group_token IS NULL
 GROUP BY b.id
