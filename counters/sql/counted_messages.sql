-- Messages between a customer and the business, as counters see them.
SELECT m.id, m.conversation_id, m.contact_id, m.number_id, m.direction, m.kind, m.origin, m.author_id,
       m.provider_at, m.status, m.error_code, m.wamid_token IS NOT NULL AS is_accepted,
       s.template_name, CASE WHEN s.origin = 'campaign' THEN s.origin_id END AS campaign_id,
       p.level, p.topics
  FROM ({batch}) AS b
  JOIN message m ON m.tenant_id = $1::uuid AND {which}
  LEFT JOIN send s ON s.tenant_id = $1::uuid AND s.message_id = m.id
  LEFT JOIN message_score p ON p.tenant_id = $1::uuid AND p.message_id = m.id
 WHERE m.direction IN ('in', 'out') AND m.group_token IS NULL
 ORDER BY m.conversation_id, m.provider_at, m.tie
