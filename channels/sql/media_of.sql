-- The files of these messages; what was wanted first comes first.
SELECT {columns}
  FROM ({batch}) AS b
  JOIN media f ON f.tenant_id = $1::uuid AND f.message_id = b.id
 ORDER BY f.message_id, f.id
