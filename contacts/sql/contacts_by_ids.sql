-- Contacts by their ids, merged and erased ones too: old ids lead somewhere.
SELECT {columns}
  FROM ({batch}) AS b
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
