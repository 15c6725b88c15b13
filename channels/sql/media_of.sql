-- The files of these messages; what was wanted first comes first.
SELECT f.id, f.message_id, f.mime, f.sha256, f.size, f.state, f.trouble, f.created_at
  FROM ({batch}) AS b
  JOIN media f ON f.tenant_id = $1::uuid AND f.message_id = b.id
 ORDER BY f.message_id, f.id
