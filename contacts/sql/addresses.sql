-- The current phones and user ids of contacts, the one shown last at the end.
SELECT i.contact_id, i.id, i.subject_id, i.kind, i.value_sealed
  FROM ({batch}) AS b
  JOIN identity i ON i.tenant_id = $1::uuid AND i.contact_id = b.contact_id
 WHERE i.kind IN ('phone', 'whatsapp_user_id') AND i.state = 'current'
 ORDER BY i.last_at, i.id
