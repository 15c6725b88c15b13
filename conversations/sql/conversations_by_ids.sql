-- Threads by their ids, merged ones too: old ids lead somewhere.
SELECT {columns}
  FROM ({batch}) AS b
  JOIN conversation c ON c.tenant_id = $1::uuid AND c.id = b.id
