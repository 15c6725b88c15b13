-- Messages by their ids.
SELECT {columns}
  FROM ({batch}) AS b
  JOIN message m ON m.tenant_id = $1::uuid AND m.id = b.id
  {changes}
